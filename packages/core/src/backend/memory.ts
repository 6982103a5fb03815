import { checkNumber } from '../checks/check-number.js';

/** Limits on a backend's memory, in bytes, each from 0; those left out stay as they are. They need the feature `memory-limits`. */
export interface MemoryLimits {
  /**
   * Most that weights, states and computations may take. What would take more is refused with an `OutOfMemoryError` before it begins.
   * Default: what the system has left.
   */
  readonly memoryLimit?: number;
  /** Most that is kept of freed memory to be used again. Default: the backend's choice for its device. */
  readonly cacheLimit?: number;
  /**
   * Memory that the system may not page out, for Metal alone; 0 switches it off, which is the default. Anywhere else it is an
   * `UnsupportedFeatureError`.
   */
  readonly wiredLimit?: number;
}

/** Memory of a backend, in bytes. */
export interface MemoryReport {
  /** Of weights, states and computations. */
  readonly activeBytes: number;
  /** The greatest `activeBytes` since the backend was made or `resetPeakMemory` was called. */
  readonly peakBytes: number;
  /** Freed memory that is kept to be used again; it is not part of the others. */
  readonly cacheBytes?: number;
  /** What can still be had, by the system's live figures and the limits; `undefined` where it is not known. */
  readonly availableBytes?: number;
  /** Limits in force, where there are any. */
  readonly limits?: MemoryLimits;
}

/** How short of memory the system is. */
export type MemoryPressureLevel = 'none' | 'warning' | 'critical';

/** A change of the system's memory pressure, and what the backend does about it. */
export interface MemoryPressure {
  readonly level: MemoryPressureLevel;
  /** Whether caches were dropped because of it. */
  readonly droppedCaches: boolean;
  /** Whether new work is refused until it eases. */
  readonly refusesWork: boolean;
}

/**
 * Checks limits that a caller gave.
 * @throws `InvalidArgumentError`
 */
export function checkMemoryLimits({ memoryLimit, cacheLimit, wiredLimit }: MemoryLimits): void {
  for (const [name, value] of Object.entries({ memoryLimit, cacheLimit, wiredLimit })) {
    if (value !== undefined) checkNumber(name, value, { minimum: 0, maximum: Number.MAX_SAFE_INTEGER, integer: true });
  }
}

import type { MemoryPressure, MemoryPressureLevel } from '@mlxengine/core/backend';
import type { PressureSource } from './pressure-source.js';

/** What a {@link MemoryWatch} is made of. */
export interface MemoryWatchInit {
  readonly source: PressureSource;
  /** Gives back what is kept for later work alone. */
  readonly dropCaches: () => void;
  /** Default 1000. */
  readonly intervalMs?: number | undefined;
}

/**
 * Looks at the system's memory pressure while there is something that takes memory. At the first sign caches are dropped; where
 * it is critical and that did not help, new work is refused until it eases.
 */
export class MemoryWatch {
  readonly #init: MemoryWatchInit;
  readonly #listeners = new Set<(pressure: MemoryPressure) => void>();
  #users = 0;
  #timer: NodeJS.Timeout | undefined;
  #level: MemoryPressureLevel = 'none';
  #refusesWork = false;

  constructor(init: MemoryWatchInit) {
    this.#init = init;
  }

  /** Whether new work is refused. */
  get refusesWork(): boolean {
    return this.#refusesWork;
  }

  listen(listener: (pressure: MemoryPressure) => void): () => void {
    const own = (pressure: MemoryPressure): void => listener(pressure);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  /** Watches until what it returns is called. */
  start(): () => void {
    if (this.#users++ === 0) {
      this.#timer = setInterval(() => this.look(), this.#init.intervalMs ?? 1000);
      // Watching keeps no process alive.
      this.#timer.unref();
    }
    let stopped = false;
    return () => {
      if (stopped) return;
      stopped = true;
      if (--this.#users === 0) this.#stop();
    };
  }

  /** Asks the source once. */
  look(): void {
    const before = { level: this.#level, refusesWork: this.#refusesWork };
    this.#level = this.#init.source();
    const droppedCaches = this.#level !== 'none' && this.#level !== before.level;
    if (droppedCaches) this.#init.dropCaches();
    this.#refusesWork = this.#level === 'critical' && before.level === 'critical';
    if (this.#level === before.level && this.#refusesWork === before.refusesWork) return;
    for (const listener of this.#listeners) listener({ level: this.#level, droppedCaches, refusesWork: this.#refusesWork });
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#level = 'none';
    this.#refusesWork = false;
  }
}

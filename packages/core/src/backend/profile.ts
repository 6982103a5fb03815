/** Whether the prompt is read or tokens are generated. */
export type ProfilePhase = 'prefill' | 'decode';

/** A forward pass of a profiled request. Times are in milliseconds, starts since the request's. */
export interface ProfiledStep {
  readonly phase: ProfilePhase;
  /** Tokens that went through it. */
  readonly tokens: number;
  readonly startMs: number;
  /** Sampling included. */
  readonly durationMs: number;
}

/** All operations of a kind in a phase. */
export interface ProfiledKind {
  /** An operation's `type`, `(states)` for what is left to write of caches, or `(sampling)`. */
  readonly kind: string;
  readonly phase: ProfilePhase;
  readonly calls: number;
  /** Host time to build the operation. */
  readonly buildMs: number;
  /** Time until its result was there. */
  readonly computeMs: number;
}

/** Each operation that ran, in order; lists of equal lengths. */
export interface ProfiledOperations {
  readonly names: readonly string[];
  /** Of each operation an index of a name. */
  readonly kinds: Uint8Array;
  readonly startMs: Float64Array;
  readonly buildMs: Float32Array;
  readonly computeMs: Float32Array;
  /** `false` where there were too many to list all. */
  readonly complete: boolean;
}

/**
 * Where a request's time went. Every operation's result is waited for, so nothing overlaps and the whole is slower than
 * without: compare shares, not sums. Of a device with a queue each time has the cost of waiting in it.
 */
export interface RequestProfile {
  readonly steps: readonly ProfiledStep[];
  readonly kinds: readonly ProfiledKind[];
  readonly operations: ProfiledOperations;
}

/** A trace as `chrome://tracing` and Perfetto load it, once written as JSON. Times are in microseconds. */
export interface ChromeTrace {
  readonly displayTimeUnit: 'ms';
  readonly traceEvents: readonly ChromeTraceEvent[];
}

/** A span of a {@link ChromeTrace}, or the name of its row. */
export interface ChromeTraceEvent {
  readonly name: string;
  readonly ph: 'X' | 'M';
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly args?: Readonly<Record<string, string | number>>;
}

import type { Kernels } from '../kernels/kernels.js';
import type { BufferId } from '../lowering/calls/call.js';
import type { CallOf, KernelName } from '../lowering/kernel-call.js';
import type { MemoryViews } from '../memory/memory-views.js';

/** Tokens of one sequence in a step. */
export interface StepSegment {
  /** First row of them among the step's tokens. */
  readonly row: number;
  readonly rows: number;
  /** Position of the first in its sequence. */
  readonly start: number;
  /** Address of the sequence's block table. */
  readonly table: number;
  /** Address of the states that the sequence has once, such as a recurrence's. */
  readonly states: number;
}

/** What a call needs to know of the step it runs in. */
export interface StepContext {
  /** Rows that the call works on. */
  readonly rows: number;
  /** The step's sequences, in the order of their tokens. */
  readonly segments: readonly StepSegment[];
}

/**
 * A call with all its addresses. Its work can be done in parts, `begin` to `end` of `range`, one after another: that is how
 * a long call stays interruptible.
 */
export interface CompiledCall {
  readonly range: number;
  /** Smallest sensible part of the range. */
  readonly step: number;
  /** Multiplications of one unit of the range, for a step of `context`. */
  work(context: StepContext): number;
  run(context: StepContext, begin: number, end: number): void;
}

/** What calls are bound to. */
export interface CallSite {
  readonly kernels: Kernels;
  readonly views: MemoryViews;
  /** Address of a buffer. */
  at(buffer: BufferId): number;
}

/** Binds a kind of call to kernels and addresses. */
export type Compile<Kernel extends KernelName> = (call: CallOf<Kernel>, site: CallSite) => CompiledCall;

/** A call that is done in one go. */
export function whole(run: (context: StepContext) => void): CompiledCall {
  return { range: 1, step: 1, work: () => 0, run };
}

import type { BufferId, KernelCall } from './kernel-call.js';

/** Cosines and sines that a step computes once for all its rope calls. */
export interface RopeTable {
  readonly buffer: BufferId;
  readonly inverseFrequencies: readonly number[];
  readonly amplitude: number;
}

/** A buffer's size: `elements` of 4 bytes, for each row or (`fixed`) once. */
export interface BufferShape {
  readonly leading: 'tokens' | 'rows' | 'fixed';
  readonly elements: number;
  /** Whether it keeps its place over the whole step, because the executor writes or reads it. */
  readonly pinned: boolean;
}

/** A graph as a list of kernel calls on buffers without addresses. Plain data. */
export interface Program {
  /** Calls on all tokens of a step. */
  readonly tokenCalls: readonly KernelCall[];
  /** Calls on the rows whose logits are wanted; they may run several times a step. */
  readonly rowCalls: readonly KernelCall[];
  readonly buffers: readonly BufferShape[];
  readonly ids: BufferId;
  readonly rowIndices: BufferId;
  readonly logits: BufferId;
  readonly ropeTables: readonly RopeTable[];
  /** Bytes of one block of the cache, all states together. */
  readonly blockBytes: number;
  readonly vocabularySize: number;
  readonly contextLength: number;
}

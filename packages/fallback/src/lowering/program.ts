import type { DynamicRope, LeadingDimension } from '@mlxengine/core/graph';
import type { BufferId } from './calls/call.js';
import type { KernelCall } from './kernel-call.js';

/** Cosines and sines of each token's position, for all rope calls that turn alike. */
export interface RopeTable {
  readonly type: 'rope';
  readonly buffer: BufferId;
  readonly inverseFrequencies: readonly number[];
  readonly amplitude: number;
  readonly dynamic?: DynamicRope;
}

/** Position of each token plus `offset`, int32. */
export interface PositionTable {
  readonly type: 'positions';
  readonly buffer: BufferId;
  readonly offset: number;
}

/** `1 + beta · ln(1 + floor(position / length))` of each token. */
export interface PositionScaleTable {
  readonly type: 'positionScale';
  readonly buffer: BufferId;
  readonly beta: number;
  readonly length: number;
}

/** Segment of each token, int32. */
export interface TokenTypeTable {
  readonly type: 'tokenTypes';
  readonly buffer: BufferId;
}

/** What the executor writes before a step, a row for each token. */
export type StepTable = RopeTable | PositionTable | PositionScaleTable | TokenTypeTable;

/** A buffer's size: `elements` of 4 bytes, for each row or (`none`) once. */
export interface BufferShape {
  readonly leading: LeadingDimension;
  readonly elements: number;
  /** Whether it keeps its place, because the executor writes or reads it or a call of another kind does. */
  readonly pinned: boolean;
  /** Of a tensor of the checkpoint, which has its place already. */
  readonly address?: number;
}

/** Vectors that a step can be asked for. */
export interface ProgramOutput {
  readonly buffer: BufferId;
  /** Numbers a vector. */
  readonly elements: number;
}

/** A graph as a list of kernel calls on buffers without addresses. Plain data. */
export interface Program {
  /** Calls on the checkpoint's tensors alone, which run once. */
  readonly constantCalls: readonly KernelCall[];
  /** Calls on all tokens of a step. */
  readonly tokenCalls: readonly KernelCall[];
  /** Calls on the rows whose logits are wanted; they may run several times a step. */
  readonly rowCalls: readonly KernelCall[];
  /** Calls on the sequences of a step, after the token calls. */
  readonly sequenceCalls: readonly KernelCall[];
  readonly buffers: readonly BufferShape[];
  readonly ids: BufferId;
  readonly rowIndices: BufferId;
  readonly logits?: ProgramOutput;
  readonly pooled?: ProgramOutput;
  readonly hidden?: ProgramOutput;
  readonly stepTables: readonly StepTable[];
  /** Bytes of one block of the cache, all states together. */
  readonly blockBytes: number;
  /** Bytes of the states that a sequence has once, all together. */
  readonly stateBytes: number;
  readonly vocabularySize: number;
  readonly contextLength: number;
}

import type { ReduceFunction } from '@mlxengine/core/graph';
import type { BufferId, RowsCall } from './call.js';

/** One number of each of `rows` times `repeat` vectors. */
export interface ReduceCall extends RowsCall {
  readonly kernel: 'reduce';
  readonly function: ReduceFunction;
  readonly input: BufferId;
  readonly columns: number;
  readonly repeat: number;
  readonly output: BufferId;
}

/** Softmax of each of `rows` times `repeat` vectors. */
export interface SoftmaxCall extends RowsCall {
  readonly kernel: 'softmax';
  readonly input: BufferId;
  readonly columns: number;
  readonly repeat: number;
  readonly output: BufferId;
}

import type { ValueId } from '../graph-value.js';

/** `deviation` is the square root of the population's variance. */
export type ReduceFunction = 'sum' | 'mean' | 'max' | 'deviation';

/** One number of the last dimension's, which becomes 1. */
export interface ReduceOperation {
  readonly type: 'reduce';
  readonly function: ReduceFunction;
  readonly input: ValueId;
  readonly output: ValueId;
}

/** Softmax over the last dimension. */
export interface SoftmaxOperation {
  readonly type: 'softmax';
  readonly input: ValueId;
  readonly output: ValueId;
}

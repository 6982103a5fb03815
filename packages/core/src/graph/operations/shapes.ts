import type { ValueId } from '../graph-value.js';

/** New trailing dimensions of the same number of elements, such as `[H·D]` to `[H, D]`. */
export interface ReshapeOperation {
  readonly type: 'reshape';
  readonly input: ValueId;
  readonly dimensions: readonly number[];
  readonly output: ValueId;
}

/** Elements `start`, `start + step`, … before `end` of one trailing dimension. */
export interface SliceOperation {
  readonly type: 'slice';
  readonly input: ValueId;
  /** Trailing dimension, counted from 0 and without the leading one. */
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
  readonly output: ValueId;
}

/** Values one after another along one trailing dimension; all others are equal. */
export interface ConcatOperation {
  readonly type: 'concat';
  readonly inputs: readonly ValueId[];
  /** Trailing dimension, counted from 0 and without the leading one. */
  readonly axis: number;
  readonly output: ValueId;
}

/** Trailing dimensions in another order: dimension i of the output is dimension `permutation[i]` of the input. */
export interface TransposeOperation {
  readonly type: 'transpose';
  readonly input: ValueId;
  readonly permutation: readonly number[];
  readonly output: ValueId;
}

/** Repeats along trailing dimensions of size 1; both shapes have as many dimensions. */
export interface BroadcastOperation {
  readonly type: 'broadcast';
  readonly input: ValueId;
  readonly dimensions: readonly number[];
  readonly output: ValueId;
}

import type { ValueId } from '../graph-value.js';

/** `x / sqrt(mean(x²) + epsilon) · (w + weightOffset)` over the last dimension; without a weight the factor is 1. */
export interface RmsNormOperation {
  readonly type: 'rmsNorm';
  readonly input: ValueId;
  /** Path of a `vector` of the last dimension's size. */
  readonly weight?: string;
  /** 1 where the checkpoint holds the weight less 1 (Gemma); meaningless without a weight. */
  readonly weightOffset: number;
  readonly epsilon: number;
  readonly output: ValueId;
}

/**
 * `(x - mean(x)) / sqrt(variance(x) + epsilon) · (w + weightOffset) (+ bias)` over the last dimension, with the
 * population's variance; without a weight there is neither factor nor bias.
 */
export interface LayerNormOperation {
  readonly type: 'layerNorm';
  readonly input: ValueId;
  /** Path of a `vector` of the last dimension's size; its declaration says whether there is a bias. */
  readonly weight?: string;
  readonly weightOffset: number;
  readonly epsilon: number;
  readonly output: ValueId;
}

/** `x / max(sqrt(sum(x²)), epsilon)` over the last dimension. */
export interface L2NormOperation {
  readonly type: 'l2Norm';
  readonly input: ValueId;
  readonly epsilon: number;
  readonly output: ValueId;
}

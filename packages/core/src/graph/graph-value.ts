/** Index into `ModelGraph.values`. */
export type ValueId = number;

/**
 * Leading dimension of a value: all new tokens of a step, the rows whose logits are wanted, the sequences of the step, or
 * none (a tensor of the checkpoint and what is computed of such alone).
 */
export type LeadingDimension = 'tokens' | 'rows' | 'sequences' | 'none';

/** Static shape of a value: a leading dimension known only at run time, then fixed trailing ones. */
export interface GraphValue {
  readonly leading: LeadingDimension;
  /** Trailing dimensions; empty for token ids. */
  readonly dimensions: readonly number[];
  readonly dtype: 'int32' | 'float';
  /**
   * Elements are rounded to bfloat16 (to nearest, ties to even) even where the model is computed in float32, as MLX has it
   * between an embedding of quantized floats (mxfp4, nvfp4, mxfp8) and the first float32 weight. What makes such a value
   * rounds some of its steps as well, with r the rounding:
   *
   * - a `linear` with a weight of quantized floats each step of its sums, in groups `g ← r(g + r(x · q))` with q a weight
   *   before its scale, then `sum ← r(sum + r(scale · g))`, in the order of the columns;
   * - a `rope` cosines, sines and products; its amplitude comes before them as a product of its own;
   * - an `attention` the queries after `r(scale)`, the scores and the softmax.
   */
  readonly precision?: 'bfloat16';
}

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
}

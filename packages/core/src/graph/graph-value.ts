/** Index into `ModelGraph.values`. */
export type ValueId = number;

/** Leading dimension of a value: all new tokens of a step, or the rows whose logits are wanted. */
export type LeadingDimension = 'tokens' | 'rows';

/** Static shape of a value: a leading dimension known only at run time, then fixed trailing ones. */
export interface GraphValue {
  readonly leading: LeadingDimension;
  /** Trailing dimensions; empty for token ids. */
  readonly dimensions: readonly number[];
  readonly dtype: 'int32' | 'float';
}

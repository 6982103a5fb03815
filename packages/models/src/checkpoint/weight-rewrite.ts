/** Which tensors a rewrite is about; all that are given must hold. */
export interface TensorPattern {
  readonly prefix?: string;
  readonly suffix?: string;
  readonly contains?: string;
}

/** Leaves tensors out. */
export interface DropRewrite {
  readonly type: 'drop';
  readonly tensors: TensorPattern;
}

/** Replaces the beginning of names. */
export interface RenameRewrite {
  readonly type: 'rename';
  readonly from: string;
  readonly to: string;
}

/**
 * One step from a checkpoint's tensors to those that the family's graph names, as data: mlx-lm's `sanitize` without
 * callbacks over loaded tensors.
 */
export type WeightRewrite = DropRewrite | RenameRewrite;

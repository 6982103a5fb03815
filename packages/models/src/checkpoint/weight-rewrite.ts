/** Which tensors a rewrite is about; all that are given must hold. */
export interface TensorPattern {
  /** How the name begins. */
  readonly prefix?: string;
  /** How the name ends. */
  readonly suffix?: string;
  /** What is somewhere in the name. */
  readonly contains?: string;
}

/** Leaves tensors out. */
export interface DropRewrite {
  readonly type: 'drop';
  /** Those to leave out. */
  readonly tensors: TensorPattern;
}

/** Replaces the beginning of names. */
export interface RenameRewrite {
  readonly type: 'rename';
  /** Beginning of the names to change, such as `language_model.`. */
  readonly from: string;
  /** What to put in its place; may be empty. */
  readonly to: string;
}

/**
 * One step from a checkpoint's tensors to those that the family's graph names, as data: mlx-lm's `sanitize` without
 * callbacks over loaded tensors.
 */
export type WeightRewrite = DropRewrite | RenameRewrite;

/** How a model's numbers differ from a reference's; `Number.MAX_VALUE` where the model's are not numbers. */
export interface Differences {
  /** Greatest difference of whole passes: one prefill, chunks, and beside another sequence. */
  readonly maxAbsError: number;
  /** Greatest difference of the last positions, one token at a time through the cache; of vectors: beside another sequence. */
  readonly maxAbsErrorStep: number;
  /** Mean divergence of the next token's probabilities, in nats; `null` for vectors. */
  readonly meanKL: number | null;
  /** Share of positions whose likeliest token is the same; `null` for vectors. */
  readonly top1Agreement: number | null;
}

/** Answer of `verifyModel`. */
export interface Verification extends Differences {
  /** `model_type` of the family. */
  readonly architecture: string;
  /** Such as `mlx` or `fallback`. */
  readonly backend: string;
  /** Tokens that were compared. */
  readonly tokens: number;
  /** Whether both errors are within the tolerance. */
  readonly pass: boolean;
}

/** What all comparisons need. */
export interface VerifyContext {
  /** Logits a row. */
  readonly columns: number;
  readonly tolerance: number;
  readonly signal: { readonly signal?: AbortSignal };
}

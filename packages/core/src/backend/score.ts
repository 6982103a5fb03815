/** Asks for the model's opinion of given tokens. */
export interface ScoreRequest {
  /** Two or more ids. */
  readonly tokens: readonly number[] | Uint32Array;
  /** Tokens a forward pass, to compare chunked with whole; default: the backend's own chunks. 1 goes step by step. */
  readonly chunkSize?: number;
  /** Whether to return all logits too; default false. */
  readonly logits?: boolean;
  /** Id of a loaded adapter to compute with; default: none. Needs the feature `adapters`. */
  readonly adapter?: number;
}

/** Answer to a {@link ScoreRequest} of n tokens. */
export interface ScoreResult {
  /** `[n - 1]`: natural log-probability of token i + 1 after tokens 0 … i. */
  readonly logProbabilities: Float32Array;
  /** `[n, vocabularySize]`, row-major, where asked for. */
  readonly logits?: Float32Array;
}

/** Asks for the model's opinion of several sequences, which share the forward passes. */
export interface ScoreBatchRequest extends Pick<ScoreRequest, 'chunkSize' | 'logits' | 'adapter'> {
  /** One or more, each of two or more ids; their lengths may differ. */
  readonly sequences: readonly (readonly number[] | Uint32Array)[];
  /** Of each sequence the id of its adapter or `undefined`, where not all have the same; in place of `adapter`. */
  readonly adapters?: readonly (number | undefined)[];
}

/** Asks a graph that embeds for vectors; each sequence is one forward pass's whole, and several may share one. */
export interface EmbedRequest {
  /** One or more sequences of one or more ids. */
  readonly sequences: readonly (readonly number[] | Uint32Array)[];
  /** Segment of each token; default: all 0. Of no effect on a graph that reads none. */
  readonly tokenTypes?: readonly (readonly number[] | Uint32Array)[];
  /** Whether to return the vectors of all tokens too, where the graph has that output; default false. */
  readonly hidden?: boolean;
}

/** Answer to an {@link EmbedRequest}, in its order. */
export interface EmbedResult {
  /** `[n]` a sequence; empty where the graph does not pool. */
  readonly pooled: readonly Float32Array[];
  /** `[tokens, n]` a sequence, row-major, where asked for and the graph has them. */
  readonly hidden?: readonly Float32Array[];
}

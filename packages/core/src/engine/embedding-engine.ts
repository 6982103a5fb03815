/** Vectors of texts. */
export interface EmbeddingResult {
  /** One vector a text, in order, all of one length. */
  readonly embeddings: readonly Float32Array[];
  readonly usage: { readonly promptTokens: number };
}

/** One loaded model that turns texts into vectors. */
export interface EmbeddingEngine extends AsyncDisposable {
  readonly specificationVersion: 'v1';
  embed(texts: readonly string[], options?: { readonly signal?: AbortSignal }): Promise<EmbeddingResult>;
  unload(): Promise<void>;
}

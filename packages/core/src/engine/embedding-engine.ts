import type { ModelConfiguration } from '../model/model-configuration.js';

/** How to embed. */
export interface EmbedOptions {
  /** Name of a text of the model's own that goes before each, one of `prompts`; default: the model's default, mostly none. */
  readonly prompt?: string;
  readonly signal?: AbortSignal;
}

/** Vectors of texts. */
export interface EmbeddingResult {
  /** One vector a text, in order, all of one length. */
  readonly embeddings: readonly Float32Array[];
  /** Tokens that went through the model, prompts and special tokens included. */
  readonly usage: { readonly promptTokens: number };
}

/** One loaded model that turns texts into vectors. */
export interface EmbeddingEngine extends AsyncDisposable {
  readonly specificationVersion: 'v1';
  readonly model: ModelConfiguration;
  /** Length of every vector. */
  readonly dimensions: number;
  /** Names that `prompt` may have. */
  readonly prompts: readonly string[];
  /**
   * Vectors of texts; a text that is too long is cut at its end.
   * @throws `InvalidArgumentError` for a prompt that the model does not have, `UnloadedError`, `BackendError`; `AbortedError` by the signal
   */
  embed(texts: readonly string[], options?: EmbedOptions): Promise<EmbeddingResult>;
  unload(): Promise<void>;
}

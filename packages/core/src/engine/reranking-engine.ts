import type { ModelConfiguration } from '../model/model-configuration.js';

/** How to rerank. */
export interface RerankOptions {
  /** What answering the query means, for models that take it; default: as the model's authors have it. */
  readonly instruction?: string;
  readonly signal?: AbortSignal;
}

/** How well documents answer a query. */
export interface RerankResult {
  /** One a document, in the documents' order; the greater the better. Mostly from 0 to 1, as the model's own files say. */
  readonly scores: readonly number[];
  /** Indexes of the documents, best first; equals stay in order. */
  readonly order: readonly number[];
  /** Tokens that went through the model. */
  readonly usage: { readonly promptTokens: number };
}

/** One loaded model that says how well documents answer a query. */
export interface RerankingEngine extends AsyncDisposable {
  readonly specificationVersion: 'v1';
  readonly model: ModelConfiguration;
  /**
   * Scores documents; what is too long is cut at its end.
   * @throws `UnsupportedFeatureError` for an instruction to a model that takes none, `InvalidArgumentError`, `UnloadedError`, `BackendError`;
   * `AbortedError` by the signal
   */
  rerank(query: string, documents: readonly string[], options?: RerankOptions): Promise<RerankResult>;
  unload(): Promise<void>;
}

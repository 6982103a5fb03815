import type { ModelGraph } from '../graph/index.js';
import type { WeightSource } from '../model/weight-source.js';
import type { BatchingOptions } from './batching.js';
import type { CacheFormat } from './cache-format.js';
import type { AdapterSource, FuseAdapterOptions, LoadAdapterOptions, LoadedAdapter } from './adapters.js';
import type { BackendSupports } from './backend-supports.js';
import type { LoadCacheRequest, LoadedCache, PrefixCacheOptions, SaveCacheRequest, SavedCache } from './cache.js';
import type { EmbedRequest, EmbedResult } from './embed.js';
import type { MemoryLimits, MemoryPressure, MemoryReport } from './memory.js';
import type { ScoreBatchRequest, ScoreRequest, ScoreResult } from './score.js';
import type { TokenBatch, TokenRequest } from './token-request.js';

/** Number format of activations and dense weights. */
export type ComputeDtype = 'float32' | 'float16' | 'bfloat16';

/** The device that a backend computes on. */
export interface DeviceInformation {
  /** Such as `cpu`, `metal`, `cuda`, `wasm`. */
  readonly kind: string;
  /** Its name for people. */
  readonly name: string;
  /** Memory that it can use, in bytes, where known. */
  readonly memoryBytes?: number;
}

/** How to load a model into a backend. */
export interface BackendLoadOptions {
  /** Default: what the backend measured best for its device. */
  readonly dtype?: ComputeDtype;
  /** Worker threads, from 1 to `supports.maxThreads`; default: the backend's choice. */
  readonly threads?: number;
  /** How many requests are taken on. Needs the feature `batching`. */
  readonly batching?: BatchingOptions;
  /** How keys and values are kept. Needs the features `quantized-cache` and `bounded-cache` for what it asks for. */
  readonly cache?: CacheFormat;
  /** How much of earlier prompts is kept, and where. Needs the feature `prefix-cache`. */
  readonly prefixCache?: PrefixCacheOptions;
  /** Whether requests are profiled that do not say themselves, see `TokenRequest.profile`; default false. Needs the feature `profile`. */
  readonly profile?: boolean;
  /** Loaded and all bytes of weights. */
  readonly onProgress?: (progress: { readonly loadedBytes: number; readonly totalBytes: number }) => void;
  readonly signal?: AbortSignal;
}

/**
 * Executes {@link ModelGraph}s. Implemented by `native-mlx` and `fallback`, and by third parties.
 */
export interface InferenceBackend extends AsyncDisposable {
  readonly specificationVersion: 'v1';
  /** Such as `mlx` or `fallback`. */
  readonly name: string;
  readonly supports: BackendSupports;
  readonly device: DeviceInformation;
  /**
   * Loads the weights that the graph names.
   * @throws `CheckpointError` where a weight is missing or of the wrong shape, `UnsupportedFeatureError`,
   * `OutOfMemoryError`, `AbortedError`, `UnloadedError` after disposal. Nothing stays in memory after a failure.
   */
  loadModel(graph: ModelGraph, weights: WeightSource, options?: BackendLoadOptions): Promise<BackendModel>;
  memory(): MemoryReport;
  /**
   * Sets limits for all models of this backend; needs the feature `memory-limits`.
   * @throws `InvalidArgumentError`; `UnsupportedFeatureError` for one that the device has not
   */
  setMemoryLimits?(limits: MemoryLimits): Promise<void>;
  /** Has `peakBytes` begin anew with what is active; needs the feature `memory-limits`. */
  resetPeakMemory?(): Promise<void>;
  /**
   * Hears of the system's memory pressure, once caches were dropped for it, as long as a model is loaded; needs the feature `memory-limits`.
   * @returns ends it
   */
  onMemoryPressure?(listener: (pressure: MemoryPressure) => void): () => void;
}

/** A loaded model. Requests may run side by side; the backend schedules them. */
export interface BackendModel extends AsyncDisposable {
  readonly dtype: ComputeDtype;
  /**
   * Generates tokens. Work starts at the call; leaving the loop cancels it. The longest prefix of the prompt that is
   * still in the cache is not computed again.
   * @throws from the iteration: `InvalidArgumentError`, `ContextLengthError`, `BackendError`; `AbortedError` by the signal.
   */
  generate(request: TokenRequest, options?: { readonly signal?: AbortSignal }): AsyncIterableIterator<TokenBatch>;
  /** Log-probabilities, and logits where asked for, of given tokens. Leaves the prefix cache as it is. */
  score(request: ScoreRequest, options?: { readonly signal?: AbortSignal }): Promise<ScoreResult>;
  /** The same for several sequences side by side; each one's answer is what {@link BackendModel.score} gives for it. */
  scoreBatch(request: ScoreBatchRequest, options?: { readonly signal?: AbortSignal }): Promise<readonly ScoreResult[]>;
  /**
   * Vectors of sequences, of a graph whose outputs are `pooled` or `hidden`. Such a graph neither generates nor scores.
   * @throws `UnsupportedFeatureError` where the graph has neither, `InvalidArgumentError`, `ContextLengthError`, `BackendError`; `AbortedError` by the signal.
   */
  embed(request: EmbedRequest, options?: { readonly signal?: AbortSignal }): Promise<EmbedResult>;
  /**
   * Writes the states of a sequence that are in the prefix cache as safetensors, which mlx-lm's `load_prompt_cache` reads
   * too. The file is replaced as a whole. There where `supports.features` has `cache-files`.
   * @throws `InvalidArgumentError` where nothing of it is cached, `StorageError`, `BackendError`; `AbortedError` by the signal
   */
  saveCache?(request: SaveCacheRequest, options?: { readonly signal?: AbortSignal }): Promise<SavedCache>;
  /**
   * Reads such a file, or one of mlx-lm's `save_prompt_cache`, into the prefix cache. There where `supports.features` has `cache-files`.
   * @throws `CheckpointError` where the file is damaged or of another model, `InvalidArgumentError`, `StorageError`,
   * `BackendError`; `AbortedError` by the signal
   */
  loadCache?(request: LoadCacheRequest, options?: { readonly signal?: AbortSignal }): Promise<LoadedCache>;
  /**
   * Loads an adapter beside the model, for requests to name; present with the feature `adapters`. Any number of them are loaded side by
   * side, and requests with different ones share forward passes.
   * @throws `CheckpointError` where its tensors do not fit, `OutOfMemoryError`, `AbortedError`, `UnloadedError`
   */
  loadAdapter?(adapter: AdapterSource, options?: LoadAdapterOptions): Promise<LoadedAdapter>;
  /**
   * Makes a loaded adapter part of the model's own weights, for all requests, which then cost nothing more; present with the feature
   * `adapters`. The weights as they were are kept for {@link BackendModel.unfuseAdapter}, so those that the adapter touches take twice
   * their memory. What is in the prefix cache is dropped. Meanwhile no request may name an adapter.
   * @throws `InvalidArgumentError` for an unknown id, while requests run, or where an adapter is fused already
   */
  fuseAdapter?(id: number, options?: FuseAdapterOptions): Promise<void>;
  /**
   * Puts the weights back exactly as they were before {@link BackendModel.fuseAdapter}.
   * @throws `InvalidArgumentError` where none is fused, or while requests run
   */
  unfuseAdapter?(): Promise<void>;
  /**
   * Most tokens, prompt and answer, that a sequence of its own could have in the memory that is left now; `undefined` where that is not known.
   * A request for more is an `OutOfMemoryError`.
   */
  fittingTokens?(): number | undefined;
  /** Cancels what runs and gives all memory back. A second call does nothing. */
  unload(): Promise<void>;
}

import type { ModelReference } from '../model/model-reference.js';
import type { LLMEngine } from './llm-engine.js';

/** What loading is doing. */
export type LoadPhase = 'download' | 'read' | 'weights' | 'tokenizer';

/** How far loading is. */
export interface LoadProgress {
  readonly phase: LoadPhase;
  /** Bytes, where the phase counts any. */
  readonly loadedBytes?: number;
  readonly totalBytes?: number;
}

/** How to load a model, for any loader; loaders add their own. */
export interface LoadModelOptions {
  readonly onProgress?: (progress: LoadProgress) => void;
  readonly signal?: AbortSignal;
}

/** Turns a name into a loaded model. */
export interface LLMEngineLoader<Options extends LoadModelOptions = LoadModelOptions, Engine extends LLMEngine = LLMEngine> {
  loadModel(model: ModelReference, options?: Options): Promise<Engine>;
}

import type { Quantization } from './quantization.js';

/** Defaults for generation that come with a checkpoint (`generation_config.json`). */
export interface SamplingDefaults {
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly minP?: number;
}

/** What is known of a model without its weights. Plain data; unknown is absent. */
export interface ModelConfiguration {
  /** Name it was loaded by: registry name, hub id or folder. */
  readonly id: string;
  /** `model_type` of config.json, such as `llama`. */
  readonly architecture: string;
  /** Number of parameters, quantized ones counted as single weights. */
  readonly parameterCount?: number;
  readonly vocabularySize?: number;
  /** Tokens that the model was made for. */
  readonly contextLength?: number;
  /** Quantization of most weights; absent for a dense checkpoint. */
  readonly quantization?: Quantization;
  /** Bytes of all tensors on disk. */
  readonly weightBytes?: number;
  readonly samplingDefaults?: SamplingDefaults;
}

import type { Quantization } from '@mlxengine/core';

/** A known model. Only facts; what is not known is absent. */
export interface RegistryEntry {
  /** Short name that people type, lower-case, such as `smollm2`. */
  readonly name: string;
  /** Other short names, lower-case; none of them names another entry. */
  readonly aliases: readonly string[];
  /** Where it is on the hub, `owner/name`. */
  readonly hubId: string;
  /** Name for people. */
  readonly title: string;
  /** Models that belong together, such as `smollm2` or `llama-3.2`. */
  readonly family: string;
  /** `model_type` of its config.json, such as `llama`. */
  readonly architecture: string;
  /** Package that holds the same model as data, for machines without a hub. */
  readonly starterPackage?: '@mlxengine/starter-model';
  /** Number of parameters, quantized ones counted as single weights. */
  readonly parameterCount?: number;
  /** Quantization of most weights; absent for a dense checkpoint. */
  readonly quantization?: Quantization;
  /** Tokens that the model was made for. */
  readonly contextLength?: number;
  readonly vocabularySize?: number;
  /** Licence by the hub's name for it, such as `apache-2.0`. */
  readonly license?: string;
}

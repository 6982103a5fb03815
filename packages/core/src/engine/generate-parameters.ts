/**
 * How to generate. Defaults come from the checkpoint's generation_config.json, else greedy. A parameter that the engine
 * does not support is an `UnsupportedFeatureError`.
 */
export interface GenerateParameters {
  /** Most tokens to generate, 1 or more; default: what is left of the model's context. */
  readonly maxTokens?: number;
  /** 0 or more; 0 is greedy. */
  readonly temperature?: number;
  /** Smallest set of most likely tokens whose probabilities sum to this; over 0 up to 1. */
  readonly topP?: number;
  /** Keep this many most likely tokens; 1 or more. */
  readonly topK?: number;
  /** Keep tokens at least this share as likely as the likeliest; 0 up to 1. */
  readonly minP?: number;
  /** Unsigned 32-bit integer; the same seed gives the same draw. Default: a random one, told in the result. */
  readonly seed?: number;
  /** Strings that end the answer and are not part of it; at most 16, none empty. */
  readonly stop?: readonly string[];
  /** Aborts: `result` rejects with an `AbortedError` that carries `partial`. */
  readonly signal?: AbortSignal;
}

/** Names of the parameters that an engine may or may not support. */
export type GenerateParameterName = Exclude<keyof GenerateParameters, 'signal'>;

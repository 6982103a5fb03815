import type { LogitBias } from '../backend/sampling.js';

/** Biases on logits by token id: an object, pairs or a map. */
export type LogitBiasParameter = LogitBias | Readonly<Record<number, number>>;

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
  /**
   * Divides the logits of tokens among the last 20, or multiplies them where negative; 0 or more, over 1 repeats less. The
   * penalties and biases also act where the temperature is 0.
   */
  readonly repetitionPenalty?: number;
  /** Is subtracted from the logits of tokens among the last 20. */
  readonly presencePenalty?: number;
  /** Is subtracted from a token's logit for each time it is among the last 20. */
  readonly frequencyPenalty?: number;
  /** Is added to the logits of tokens, such as `{ 42: -100 }`, which forbids token 42. */
  readonly logitBias?: LogitBiasParameter;
  /** How likely it is that the likeliest tokens are passed over for the least likely one over `xtcThreshold`; 0 up to 1. */
  readonly xtcProbability?: number;
  /** Probability over which a token is one of XTC's; 0 up to 0.5, default 0.1. */
  readonly xtcThreshold?: number;
  /** Tells log-probabilities: 0 is of the generated tokens alone, n up to 20 of the n likeliest in each place too. */
  readonly logProbabilities?: number;
  /** Unsigned 32-bit integer; the same seed gives the same draw. Default: a random one, told in the result. */
  readonly seed?: number;
  /** Strings that end the answer and are not part of it; at most 16, none empty. */
  readonly stop?: readonly string[];
  /** Aborts: `result` rejects with an `AbortedError` that carries `partial`. */
  readonly signal?: AbortSignal;
}

/** Names of the parameters that an engine may or may not support. */
export type GenerateParameterName = Exclude<keyof GenerateParameters, 'signal'>;

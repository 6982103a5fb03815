import type { PrefixCacheReport, PrefixCacheRequest } from './cache.js';
import type { RequestProfile } from './profile.js';
import type { SamplingParameters } from './sampling.js';
import type { Speculation, SpeculationStatistics } from './speculation.js';
import type { TokenConstraint } from './token-constraint.js';

/** One generation at the level of tokens. */
export interface TokenRequest {
  /** At least one id, each below the vocabulary's size. */
  readonly prompt: readonly number[] | Uint32Array;
  /** Most tokens to generate, 1 or more. */
  readonly maxTokens: number;
  /** Ids that end the generation; the one met is the last token of the stream. */
  readonly stopTokens: readonly number[];
  readonly sampling: SamplingParameters;
  readonly constraint?: TokenConstraint;
  /**
   * Log-probabilities to tell with each token: 0 is that of the token alone, n up to {@link mostLogProbabilities} those
   * of the n likeliest too. They are of the logits after the processors (penalties, biases, constraint) and before what
   * the sampler cuts and the temperature, as in mlx-lm. Needs the feature `log-probabilities`.
   */
  readonly logProbabilities?: number;
  /**
   * Whether the request gets forward passes of its own, of the same shapes every time, and no part of its prompt from the
   * prefix cache: slower, and the same answer whatever else runs. Default false. Needs the feature `deterministic`; a
   * backend whose answers never depend on company has no need of it.
   */
  readonly deterministic?: boolean;
  /**
   * Whether to take the time of every operation, which makes the request slower and gives it steps of its own, without drafts; the last batch
   * then has the {@link RequestProfile}. Default: what the model was loaded with, else false. Needs the feature `profile`.
   */
  readonly profile?: boolean;
  /** What to look for and to keep in the prefix cache. Needs the feature `prefix-cache`; without it a backend does what it does by default. */
  readonly cache?: PrefixCacheRequest;
  /** Id of a loaded adapter that the prompt and the answer are computed with; default: none. Needs the feature `adapters`. */
  readonly adapter?: number;
  /** How to guess tokens ahead; default: not at all. Not together with a constraint. Needs the feature `speculation`. */
  readonly speculation?: Speculation;
}

/** Most of the likeliest tokens that a request may ask for with each token. */
export const mostLogProbabilities = 20;

/** How far the prompt is. */
export interface PrefillProgressBatch {
  readonly type: 'prefill-progress';
  /** Prompt tokens in the cache, those found there included. */
  readonly processedTokens: number;
  readonly totalTokens: number;
  /** Prompt tokens that were found in the prefix cache. */
  readonly cachedTokens: number;
}

/** Finished tokens, one or more, in order. */
export interface TokensBatch {
  readonly type: 'tokens';
  readonly tokens: Uint32Array;
  /** Natural log-probability of each token, where the request asked for any. */
  readonly logProbabilities?: Float32Array;
  /**
   * The k likeliest tokens of each of `tokens`, likeliest first, smaller ids first among equals, where the request asked
   * for k of them: `[tokens, k]`, k no more than the vocabulary.
   */
  readonly topTokens?: Uint32Array;
  /** Their log-probabilities, `[tokens, k]`; `-Infinity` for what a constraint forbids. */
  readonly topLogProbabilities?: Float32Array;
}

/** Time and counts of a request, as the backend measured them. */
export interface TokenStatistics {
  readonly promptTokens: number;
  readonly cachedPromptTokens: number;
  /** How that came; absent where the backend does not tell. */
  readonly cache?: PrefixCacheReport;
  readonly completionTokens: number;
  /** From the start of the work on this request to the first token, in milliseconds. */
  readonly prefillMs: number;
  /** From the first token to the last, in milliseconds. */
  readonly decodeMs: number;
  /** Where the request asked for speculation. */
  readonly speculation?: SpeculationStatistics;
}

/** The last batch of a stream that was not aborted. */
export interface FinishBatch {
  readonly type: 'finish';
  readonly reason: 'stop-token' | 'length';
  readonly statistics: TokenStatistics;
  /** Where the request asked for it. */
  readonly profile?: RequestProfile;
}

/** What a backend's stream yields, tagged by `type`. */
export type TokenBatch = PrefillProgressBatch | TokensBatch | FinishBatch;

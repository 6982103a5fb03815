import type { PrefixCacheReport } from '../backend/cache.js';
import type { TokenLogProbabilities } from './token-log-probabilities.js';

/** Why an answer ended: the model's end or a stop string, `maxTokens` or the context's end, or the reader left. */
export type FinishReason = 'stop' | 'length' | 'aborted';

/** Tokens of a request. */
export interface TokenUsage {
  readonly promptTokens: number;
  /** Prompt tokens that were in the prefix cache and cost nothing; absent where the engine cannot know. */
  readonly cachedPromptTokens?: number;
  /** How they were found and why there were not more; absent where the engine does not tell. */
  readonly cache?: PrefixCacheReport;
  /** Generated tokens, the end token and those past a stop string included. */
  readonly completionTokens: number;
}

/** Times of a request in milliseconds. */
export interface GenerationTimings {
  /** From the call to the first token, waiting included. */
  readonly timeToFirstTokenMs: number;
  /** Work on the prompt. */
  readonly prefillMs: number;
  /** From the first token to the last. */
  readonly decodeMs: number;
}

/** A finished answer. */
export interface GenerateResult {
  readonly text: string;
  readonly finishReason: FinishReason;
  /** The stop string that was met. */
  readonly stopString?: string;
  /** Absent only where an answer was aborted before the engine knew. */
  readonly usage?: TokenUsage;
  readonly timings?: GenerationTimings;
  /** Of each generated token, where they were asked for; the end token and tokens past a stop string are among them. */
  readonly logProbabilities?: readonly TokenLogProbabilities[];
  /** Seed that was used, where anything was drawn and the engine knows it. */
  readonly seed?: number;
}

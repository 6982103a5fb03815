import type { GenerationTimings, TokenUsage } from './generate-result.js';
import type { PrefillProgressEvent } from './stream-event.js';
import type { TokenLogProbabilities } from './token-log-probabilities.js';

/** More of the answer. */
export interface TextPart {
  readonly type: 'text-delta';
  /** Never half a character; an empty one is not shown to readers. */
  readonly text: string;
  /** Of the tokens since the last part, where they were asked for. */
  readonly logProbabilities?: readonly TokenLogProbabilities[];
  /** Tokens so far; the partial result of an aborted answer carries the last that was told. */
  readonly usage?: TokenUsage;
}

/** The end of an answer: the last part. After an abort it may be left out. */
export interface FinishPart {
  readonly type: 'finish';
  readonly reason: 'stop' | 'length';
  /** The stop string that was met. */
  readonly stopString?: string;
  readonly usage: TokenUsage;
  readonly timings?: GenerationTimings;
}

/** What {@link EngineImplementation.doStream} yields, tagged by `type`. */
export type EngineStreamPart = PrefillProgressEvent | TextPart | FinishPart;

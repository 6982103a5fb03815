import type { GenerationTimings, TokenUsage } from './generate-result.js';
import type { PrefillProgressEvent } from './stream-event.js';

/** More of the answer. */
export interface TextPart {
  readonly type: 'text-delta';
  /** Never half a character; an empty one is passed over. */
  readonly text: string;
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

import type { GenerateResult } from './generate-result.js';
import type { TokenLogProbabilities } from './token-log-probabilities.js';

/** How far the prompt is. */
export interface PrefillProgressEvent {
  readonly type: 'prefill-progress';
  readonly processedTokens: number;
  readonly totalTokens: number;
  readonly cachedTokens: number;
}

/** More of the answer's text; never half a character, never empty. */
export interface TextDeltaEvent {
  readonly type: 'text-delta';
  readonly text: string;
  /** Of the tokens read since the last one, where they were asked for; their texts need not join to this text. */
  readonly logProbabilities?: readonly TokenLogProbabilities[];
}

/** The end; nothing comes after it. */
export interface FinishEvent {
  readonly type: 'finish';
  readonly result: GenerateResult;
}

/** What {@link GenerationStream.events} yields, tagged by `type`. */
export type StreamEvent = PrefillProgressEvent | TextDeltaEvent | FinishEvent;

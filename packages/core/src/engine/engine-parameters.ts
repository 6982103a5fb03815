import type { LogitBias } from '../backend/sampling.js';

/**
 * Parameters as an {@link EngineImplementation} gets them: checked, and with the defaults of the model's
 * `samplingDefaults` filled in, else greedy. Those that the engine does not support have the value that does nothing.
 */
export interface EngineParameters {
  /** Absent: what is left of the model's context. */
  readonly maxTokens?: number;
  /** 0 is greedy. */
  readonly temperature: number;
  /** 1 is off. */
  readonly topP: number;
  /** 0 is off. */
  readonly topK: number;
  /** 0 is off. */
  readonly minP: number;
  /** The caller's, or a random one where the temperature is over 0 and the engine supports seeds; else absent. */
  readonly seed?: number;
  readonly stop: readonly string[];
  /** Absent, as the six below: not asked for. */
  readonly repetitionPenalty?: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  /** Pairs of token and bias. */
  readonly logitBias?: LogitBias;
  readonly xtcProbability?: number;
  readonly xtcThreshold?: number;
  readonly logProbabilities?: number;
}

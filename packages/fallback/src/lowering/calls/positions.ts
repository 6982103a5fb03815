import type { BufferId, RowsCall } from './call.js';

/** Rotary embedding. */
export interface RopeCall extends RowsCall {
  readonly kernel: 'rope';
  readonly input: BufferId;
  readonly heads: number;
  readonly dimensions: number;
  readonly rotaryDimensions: number;
  readonly traditional: boolean;
  /** Cosines and sines of the step's positions. */
  readonly table: BufferId;
  /** Of a rope in bfloat16, which is not in the table then. */
  readonly roundedAmplitude?: number;
  readonly output: BufferId;
}

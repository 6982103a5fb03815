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
  readonly output: BufferId;
}

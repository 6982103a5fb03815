import type { BufferId, RowsCall } from './call.js';

/** A norm of `rows` times `repeat` vectors of `columns`. */
export interface NormCall extends RowsCall {
  readonly kernel: 'rmsNorm' | 'layerNorm' | 'l2Norm';
  readonly input: BufferId;
  /** Addresses of float32 vectors; absent: the factor is 1, and nothing is added. */
  readonly weight?: number;
  readonly bias?: number;
  /** What is added to the weight. */
  readonly weightOffset: number;
  readonly columns: number;
  readonly repeat: number;
  readonly epsilon: number;
  readonly output: BufferId;
}

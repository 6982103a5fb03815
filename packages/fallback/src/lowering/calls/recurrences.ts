import type { BufferId, RowsCall } from './call.js';
import type { RecurrentLayout } from '../state-layout.js';

/** Depthwise causal convolution. */
export interface CausalConvCall extends RowsCall {
  readonly kernel: 'causalConv';
  readonly input: BufferId;
  /** Addresses of float32 tensors. */
  readonly weight: number;
  readonly bias?: number;
  readonly silu: boolean;
  readonly channels: number;
  /** Taps K; the state holds K - 1 inputs. */
  readonly width: number;
  readonly state: RecurrentLayout;
  readonly output: BufferId;
}

/** Gated delta rule. */
export interface GatedDeltaCall extends RowsCall {
  readonly kernel: 'gatedDelta';
  readonly queries: BufferId;
  readonly keys: BufferId;
  readonly values: BufferId;
  readonly decay: BufferId;
  readonly beta: BufferId;
  readonly keyHeads: number;
  readonly heads: number;
  readonly keyDimension: number;
  readonly valueDimension: number;
  /** Whether there is a decay for each column. */
  readonly columnDecay: boolean;
  readonly state: RecurrentLayout;
  readonly output: BufferId;
}

/** Selective state-space scan. */
export interface SSMScanCall extends RowsCall {
  readonly kernel: 'ssmScan';
  readonly input: BufferId;
  readonly dt: BufferId;
  readonly a: BufferId;
  readonly b: BufferId;
  readonly c: BufferId;
  readonly heads: number;
  readonly groups: number;
  /** D and N */
  readonly dimension: number;
  readonly stateSize: number;
  /** Whether `a` has a number for each column. */
  readonly columnA: boolean;
  readonly state: RecurrentLayout;
  readonly output: BufferId;
}

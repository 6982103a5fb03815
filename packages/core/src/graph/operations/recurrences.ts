import type { ValueId } from '../graph-value.js';

/**
 * Depthwise causal convolution: `[tokens, C]` to `[tokens, C]`; out[t, c] is the sum over k of
 * weight[c, k] · x[t - K + 1 + k, c], plus the bias, through the activation. What lies before a sequence is 0.
 */
export interface CausalConvOperation {
  readonly type: 'causalConv';
  readonly input: ValueId;
  /** Path of a `tensor` `[C, K, 1]`. */
  readonly weight: string;
  /** Path of a `tensor` `[C]`. */
  readonly bias?: string;
  readonly activation: 'none' | 'silu';
  /** Name of a `rolling` state of C channels and width K - 1. */
  readonly state: string;
  readonly output: ValueId;
}

/**
 * Gated delta rule, in float32. For value head h with key head floor(h · Hk / Hv) and its state S `[Dv, Dk]`, token by token:
 * S ← S · decay; S ← S + beta · (v - S k) kᵀ; out = S q.
 */
export interface GatedDeltaOperation {
  readonly type: 'gatedDelta';
  /** `[tokens, Hk, Dk]` */
  readonly queries: ValueId;
  /** `[tokens, Hk, Dk]` */
  readonly keys: ValueId;
  /** `[tokens, Hv, Dv]`, Hv a multiple of Hk */
  readonly values: ValueId;
  /** Factor on the state: `[tokens, Hv]`, or one for each column: `[tokens, Hv, Dk]`. */
  readonly decay: ValueId;
  /** `[tokens, Hv]` */
  readonly beta: ValueId;
  /** Name of a `matrix` state `[Hv, Dv, Dk]`. */
  readonly state: string;
  /** `[tokens, Hv, Dv]` */
  readonly output: ValueId;
}

/**
 * Selective state-space scan (Mamba 1 and 2), in float32. For head h with group floor(h · G / H) and its state S `[D, N]`, token by
 * token: S ← exp(dt · A) ⊙ S + (dt · x) Bᵀ; out = S C.
 */
export interface SSMScanOperation {
  readonly type: 'ssmScan';
  /** x, `[tokens, H, D]` */
  readonly input: ValueId;
  /** Time steps after softplus and limits, `[tokens, H]` */
  readonly dt: ValueId;
  /** `[H]` (Mamba 2), or `[H, N]` (Mamba 1, where D is 1); leading dimension `none` */
  readonly a: ValueId;
  /** B, `[tokens, G, N]`, H a multiple of G */
  readonly b: ValueId;
  /** C, `[tokens, G, N]` */
  readonly c: ValueId;
  /** Name of a `matrix` state `[H, D, N]`. */
  readonly state: string;
  /** `[tokens, H, D]` */
  readonly output: ValueId;
}

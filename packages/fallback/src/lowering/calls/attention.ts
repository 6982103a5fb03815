import type { BufferId, RowsCall } from './call.js';
import type { KVLayout, LatentLayout } from '../state-layout.js';

/** Appends keys and values to a state, then attends. */
export interface AttentionCall extends RowsCall {
  readonly kernel: 'attention';
  readonly queries: BufferId;
  readonly keys: BufferId;
  readonly values: BufferId;
  readonly heads: number;
  readonly keyHeads: number;
  readonly keyDimension: number;
  readonly valueDimension: number;
  readonly scale: number;
  readonly causal: boolean;
  readonly window?: number;
  readonly softcap?: number;
  /** Address of the float32 vector. */
  readonly sinks?: number;
  /** Whether scores and shares are rounded to bfloat16. */
  readonly rounded: boolean;
  /** Without a state of the graph's it is a place where keys and values lie while the call works. */
  readonly state: KVLayout;
  /** Whether the state lives on after the step; otherwise a sequence's tokens begin at 0 in it. */
  readonly kept: boolean;
  /** Whether this call writes the state: the first of those that share it. */
  readonly append: boolean;
  readonly scores: BufferId;
  readonly output: BufferId;
}

/** Attention in the space of the latents, whose matrices a headwise linear has moved to the queries and the output. */
export interface LatentAttentionCall extends RowsCall {
  readonly kernel: 'latentAttention';
  /** `[tokens, heads, R]` */
  readonly queries: BufferId;
  readonly rotatedQueries: BufferId;
  readonly latents: BufferId;
  readonly rotatedKeys: BufferId;
  readonly heads: number;
  readonly scale: number;
  readonly state: LatentLayout;
  readonly scores: BufferId;
  /** `[tokens, heads, R]` */
  readonly output: BufferId;
}

import type { ExpertGroups, RouteOperation } from '@mlxengine/core/graph';
import type { BufferId, RowsCall } from './call.js';

/** Chooses experts; see `RouteOperation`. */
export interface RouteCall extends RowsCall {
  readonly kernel: 'route';
  readonly input: BufferId;
  readonly experts: number;
  readonly count: number;
  readonly scoring: RouteOperation['scoring'];
  readonly softmax: boolean;
  readonly normalize?: { readonly mode: 'add' | 'maximum'; readonly epsilon: number };
  readonly groups?: ExpertGroups;
  readonly scale: number;
  readonly jitter: number;
  /** Addresses of float32 vectors. */
  readonly selectionBias?: number;
  readonly expertScale?: number;
  /** Room for four numbers an expert. */
  readonly scratch: BufferId;
  readonly indices: BufferId;
  readonly output: BufferId;
}

/** Weighted sums of `count` vectors a row. */
export interface CombineCall extends RowsCall {
  readonly kernel: 'combine';
  readonly input: BufferId;
  readonly weights: BufferId;
  readonly count: number;
  readonly columns: number;
  readonly output: BufferId;
}

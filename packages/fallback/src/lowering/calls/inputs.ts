import type { PoolMode } from '@mlxengine/core/graph';
import type { Matrix } from '../matrix.js';
import type { BufferId, RowsCall } from './call.js';

/** Rows of a matrix by token id. */
export interface EmbeddingCall extends RowsCall {
  readonly kernel: 'embedding';
  readonly ids: BufferId;
  readonly matrix: Matrix;
  readonly output: BufferId;
}

/** Ids, or 0 from `limit` on. */
export interface LimitIdsCall extends RowsCall {
  readonly kernel: 'limitIds';
  readonly ids: BufferId;
  readonly limit: number;
  readonly output: BufferId;
}

/** Gathers the rows whose logits are wanted. */
export interface SelectRowsCall extends RowsCall {
  readonly kernel: 'selectRows';
  readonly input: BufferId;
  readonly indices: BufferId;
  readonly columns: number;
  readonly output: BufferId;
}

/** One vector of each sequence's. */
export interface PoolCall extends RowsCall {
  readonly kernel: 'pool';
  readonly mode: PoolMode;
  readonly input: BufferId;
  readonly columns: number;
  readonly output: BufferId;
}

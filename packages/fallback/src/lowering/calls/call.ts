import type { LeadingDimension } from '@mlxengine/core/graph';

/** A buffer of floats (or ids) that a step works on; its address is assigned after lowering. */
export type BufferId = number;

/** What every call says: the rows that it works on. */
export interface RowsCall {
  readonly leading: LeadingDimension;
}

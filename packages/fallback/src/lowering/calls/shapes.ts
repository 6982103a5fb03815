import type { BufferId, RowsCall } from './call.js';

/** Where elements are read or written: from which one on, how far a row and each dimension are from the next. */
export interface ElementLayout {
  readonly begin: number;
  readonly row: number;
  readonly strides: readonly number[];
}

/** Copies elements from one order into another: slices, concatenations, transpositions and broadcasts. */
export interface CopyCall extends RowsCall {
  readonly kernel: 'copy';
  readonly input: BufferId;
  readonly from: ElementLayout;
  readonly to: ElementLayout;
  readonly sizes: readonly number[];
  readonly output: BufferId;
}

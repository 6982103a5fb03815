import type { AffineMatrix, DenseMatrix, Matrix } from './matrix.js';

/** A buffer of floats (or ids) that a step works on; its address is assigned after lowering. */
export type BufferId = number;

/** Rows that a call works on: all tokens of the step, or those whose logits are wanted. */
export type Leading = 'tokens' | 'rows';

interface RowsCall {
  readonly leading: Leading;
}

/** Rows of a matrix by token id. */
export interface EmbeddingCall extends RowsCall {
  readonly kernel: 'embedding';
  readonly ids: BufferId;
  readonly matrix: Matrix;
  readonly output: BufferId;
}

/** Brings an input into the order of packed weights, once for all linears that read it so. */
export interface PrepareCall extends RowsCall {
  readonly kernel: 'prepare';
  readonly input: BufferId;
  readonly bits: number;
  readonly groupSize: number;
  readonly columns: number;
  readonly output: BufferId;
  readonly sums: BufferId;
}

/** A linear on packed weights; its input is a {@link PrepareCall}'s. */
export interface AffineCall extends RowsCall {
  readonly kernel: 'affine';
  readonly input: BufferId;
  readonly sums: BufferId;
  readonly matrix: AffineMatrix;
  readonly scratch: BufferId;
  readonly output: BufferId;
}

/** A linear on dense weights. */
export interface DenseCall extends RowsCall {
  readonly kernel: 'dense';
  readonly input: BufferId;
  readonly matrix: DenseMatrix;
  readonly output: BufferId;
}

/** Adds a linear's bias to its output. */
export interface AddBiasCall extends RowsCall {
  readonly kernel: 'addBias';
  readonly output: BufferId;
  readonly columns: number;
  /** Address of the float32 vector. */
  readonly bias: number;
}

/** Root-mean-square norm; `rows` times `repeat` vectors of `columns`. */
export interface RmsNormCall extends RowsCall {
  readonly kernel: 'rmsNorm';
  readonly input: BufferId;
  /** Address of the float32 vector. */
  readonly weight: number;
  readonly columns: number;
  readonly repeat: number;
  readonly epsilon: number;
  readonly output: BufferId;
}

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

/** Appends keys and values to a state, then attends. */
export interface AttentionCall extends RowsCall {
  readonly kernel: 'attention';
  readonly queries: BufferId;
  readonly keys: BufferId;
  readonly values: BufferId;
  readonly heads: number;
  readonly scale: number;
  readonly state: KVLayout;
  readonly scores: BufferId;
  readonly output: BufferId;
}

/** Element-wise work on `elements` a row. */
export interface AddCall extends RowsCall {
  readonly kernel: 'add';
  readonly left: BufferId;
  readonly right: BufferId;
  readonly elements: number;
  readonly output: BufferId;
}

/** `silu(gate) · up` on `elements` a row. */
export interface GatedSiluCall extends RowsCall {
  readonly kernel: 'gatedSilu';
  readonly gate: BufferId;
  readonly up: BufferId;
  readonly elements: number;
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

/** One call of a kernel, as plain data. */
export type KernelCall =
  | EmbeddingCall
  | PrepareCall
  | AffineCall
  | DenseCall
  | AddBiasCall
  | RmsNormCall
  | RopeCall
  | AttentionCall
  | AddCall
  | GatedSiluCall
  | SelectRowsCall;

/** Where a state's keys and values lie in every block of the cache. */
export interface KVLayout {
  readonly name: string;
  readonly heads: number;
  readonly keyDimension: number;
  readonly valueDimension: number;
  /** Bytes from the beginning of a block. */
  readonly keys: number;
  readonly values: number;
}

/** Buffers that a call reads and writes. */
export function callBuffers(call: KernelCall): { readonly reads: readonly BufferId[]; readonly writes: readonly BufferId[] } {
  switch (call.kernel) {
    case 'embedding': return { reads: [call.ids], writes: [call.output] };
    case 'prepare': return { reads: [call.input], writes: [call.output, call.sums] };
    case 'affine': return { reads: [call.input, call.sums, call.scratch], writes: [call.output] };
    case 'dense': return { reads: [call.input], writes: [call.output] };
    case 'addBias': return { reads: [], writes: [call.output] };
    case 'rmsNorm': return { reads: [call.input], writes: [call.output] };
    case 'rope': return { reads: [call.input, call.table], writes: [call.output] };
    case 'attention': return { reads: [call.queries, call.keys, call.values, call.scores], writes: [call.output] };
    case 'add': return { reads: [call.left, call.right], writes: [call.output] };
    case 'gatedSilu': return { reads: [call.gate, call.up], writes: [call.output] };
    case 'selectRows': return { reads: [call.input, call.indices], writes: [call.output] };
  }
}

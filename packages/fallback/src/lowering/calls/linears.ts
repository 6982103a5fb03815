import type { InputLayout } from '../input-layout.js';
import type { FloatMatrix, Matrix } from '../matrix.js';
import type { BufferId, RowsCall } from './call.js';

/** An input as a matrix reads it: its rows, and sums of their groups where the weights are packed. */
export interface LinearInput {
  readonly input: BufferId;
  /** Of a matrix that takes prepared inputs. */
  readonly sums?: BufferId;
}

/** Brings an input into the order of packed weights, once for all linears that read it so. */
export interface PrepareCall extends RowsCall {
  readonly kernel: 'prepare';
  readonly input: BufferId;
  readonly layout: InputLayout;
  /** Vectors a row. */
  readonly repeat: number;
  readonly output: BufferId;
  readonly sums: BufferId;
}

/** `x · Wᵀ` of `rows` times `repeat` vectors. */
export interface LinearCall extends RowsCall, LinearInput {
  readonly kernel: 'linear';
  readonly matrix: Matrix;
  readonly repeat: number;
  readonly scratch: BufferId;
  readonly output: BufferId;
}

/** {@link LinearCall} on quantized floats in bfloat16, each step of the sums rounded; its input lies as it is. */
export interface LinearBFloat16Call extends RowsCall {
  readonly kernel: 'linearBFloat16';
  readonly input: BufferId;
  readonly matrix: FloatMatrix;
  readonly repeat: number;
  readonly output: BufferId;
}

/** Adds a linear's bias to its output. */
export interface AddBiasCall extends RowsCall {
  readonly kernel: 'addBias';
  readonly output: BufferId;
  readonly columns: number;
  readonly repeat: number;
  /** Address of the float32 vector. */
  readonly bias: number;
}

/**
 * Sorts the vectors of a step by the matrix of a stack that each meets: `order[i]` is the vector at place i, and
 * `offsets[g]` to `offsets[g + 1]` are the places of matrix g.
 */
export interface GroupCall extends RowsCall {
  readonly kernel: 'group';
  /** Matrix of each vector, `[n, count]`; absent: vector j of each row meets matrix j. */
  readonly indices?: BufferId;
  /** Vectors a row. */
  readonly count: number;
  readonly groups: number;
  readonly order: BufferId;
  readonly offsets: BufferId;
}

/** Copies vectors into sorted order, or (`scatter`) back. */
export interface GatherCall extends RowsCall {
  readonly kernel: 'gather' | 'scatter';
  readonly input: BufferId;
  readonly order: BufferId;
  readonly count: number;
  readonly columns: number;
  /** Whether all `count` vectors of a row are the same one. */
  readonly shared: boolean;
  readonly output: BufferId;
}

/** {@link PrepareCall} of sorted vectors, group by group. */
export interface PrepareGroupsCall extends RowsCall {
  readonly kernel: 'prepareGroups';
  readonly input: BufferId;
  readonly layout: InputLayout;
  readonly groups: number;
  readonly offsets: BufferId;
  readonly output: BufferId;
  readonly sums: BufferId;
}

/** {@link LinearCall} of sorted vectors, each group with its matrix of the stack. */
export interface LinearGroupsCall extends RowsCall, LinearInput {
  readonly kernel: 'linearGroups';
  /** The whole stack as one matrix. */
  readonly matrix: Matrix;
  readonly groups: number;
  readonly count: number;
  readonly offsets: BufferId;
  readonly scratch: BufferId;
  /** Address of the float32 biases `[groups, outputs]`. */
  readonly bias?: number;
  readonly output: BufferId;
}

/** Products of two activations, row by row: `[n, a, b]` and `[n, b, c]`. */
export interface MatmulCall extends RowsCall {
  readonly kernel: 'matmul';
  readonly left: BufferId;
  readonly right: BufferId;
  /** a, b and c */
  readonly sizes: readonly [number, number, number];
  readonly output: BufferId;
}

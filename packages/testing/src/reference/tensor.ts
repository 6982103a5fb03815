import type { LeadingDimension } from '@mlxengine/core/graph';

/** A value of a graph: rows of one shape, row-major. Ids are floats too, which hold them exactly. */
export interface Tensor {
  readonly leading: LeadingDimension;
  /** 1 where the leading dimension is `none`. */
  readonly rows: number;
  /** Trailing dimensions. */
  readonly dimensions: readonly number[];
  readonly data: Float32Array;
}

/** A tensor of zeros with as many rows as another. */
export function zerosLike({ leading, rows }: Pick<Tensor, 'leading' | 'rows'>, dimensions: readonly number[]): Tensor & { readonly data: Float32Array } {
  return { leading, rows, dimensions, data: new Float32Array(rows * product(dimensions)) };
}

/** One row, shared with the tensor. */
export function rowOf({ data, dimensions }: Tensor, row: number): Float32Array {
  const size = product(dimensions);
  return data.subarray(row * size, (row + 1) * size);
}

/** Stretches of the last dimension's size, shared with the tensor; of a tensor without dimensions one a row. */
export function vectorsOf({ data, dimensions }: Tensor): Float32Array[] {
  return chunksOf(data, dimensions.at(-1) ?? 1);
}

/** Stretches of a size, shared with the numbers. */
export function chunksOf(data: Float32Array, size: number): Float32Array[] {
  return Array.from({ length: data.length / size }, (_, index) => data.subarray(index * size, (index + 1) * size));
}

/** A function of each element. */
export function mapTensor(input: Tensor, compute: (value: number) => number): Tensor {
  return { ...input, data: input.data.map(compute) };
}

/** Writes what a function makes of each vector of the last dimension; the last dimension may change its size. */
export function mapVectors(input: Tensor, size: number, compute: (vector: Float32Array) => ArrayLike<number>): Tensor {
  const output = zerosLike(input, [...input.dimensions.slice(0, -1), size]);
  vectorsOf(input).forEach((vector, index) => output.data.set(compute(vector), index * size));
  return output;
}

/** Dot product, summed in float64, with a stretch of the right side that is as long as the left one. */
export function dot(left: ArrayLike<number>, right: ArrayLike<number>, rightStart = 0): number {
  let sum = 0;
  for (let i = 0; i < left.length; i++) sum += (left[i] as number) * (right[rightStart + i] as number);
  return sum;
}

/** `W x (+ bias)` of a matrix `[out, in]`. */
export function multiplyMatrix(matrix: Float32Array, vector: ArrayLike<number>, bias?: Float32Array): Float64Array {
  const output = new Float64Array(matrix.length / vector.length);
  for (let row = 0; row < output.length; row++) output[row] = dot(vector, matrix, row * vector.length) + (bias?.[row] ?? 0);
  return output;
}

/** Softmax in float64. */
export function softmax(values: ArrayLike<number>): Float64Array {
  const scores = Float64Array.from(values);
  const largest = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = scores.map((score) => Math.exp(score - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** Number of elements. */
export function product(dimensions: readonly number[]): number {
  return dimensions.reduce((count, size) => count * size, 1);
}

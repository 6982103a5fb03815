import type { ElementType } from '../kernels/element-type.js';

/** Numbers of bits that the kernels unpack. */
export const affineBits = [2, 3, 4, 5, 6, 8] as const;

/** One of {@link affineBits}. */
export type AffineBits = (typeof affineBits)[number];

/** Formats of quantized floats, with their bits and groups. */
export const floatFormats = {
  mxfp4: { bits: 4, groupSize: 32 },
  nvfp4: { bits: 4, groupSize: 16 },
  mxfp8: { bits: 8, groupSize: 32 },
} as const;

/** One of {@link floatFormats}. */
export type FloatMode = keyof typeof floatFormats;

/** Shape and place of a matrix `[outputs, columns]`, or of `count` of them one after another, of which this is the first. */
interface MatrixBase {
  /** Matrices in the stack; 1 where it is none. */
  readonly count: number;
  readonly outputs: number;
  readonly columns: number;
  readonly address: number;
}

/** A dense matrix in memory. */
export interface DenseMatrix extends MatrixBase {
  readonly format: 'dense';
  readonly type: ElementType;
}

/** A packed matrix in memory, as MLX quantizes. */
export interface AffineMatrix extends MatrixBase {
  readonly format: 'affine';
  readonly bits: AffineBits;
  readonly groupSize: number;
  readonly scales: number;
  readonly biases: number;
  readonly scaleType: ElementType;
}

/** A matrix of quantized floats in memory; scales are a byte each. */
export interface FloatMatrix extends MatrixBase {
  readonly format: 'float';
  readonly mode: FloatMode;
  readonly bits: 4 | 8;
  readonly groupSize: 16 | 32;
  readonly scales: number;
  /** Address of a float32 factor for each matrix, where there is one. */
  readonly globalScales?: number;
}

/** A matrix in memory. */
export type Matrix = DenseMatrix | AffineMatrix | FloatMatrix;

/** Groups of a row, rounded up to whole vectors, as the kernels store their sums. */
export function paddedGroups({ columns, groupSize }: AffineMatrix): number {
  return Math.ceil(columns / groupSize / 4) * 4;
}

/** Columns of an input that is prepared for a matrix of quantized floats: whole units of 32. */
export function paddedColumns({ columns }: FloatMatrix): number {
  return Math.ceil(columns / 32) * 32;
}

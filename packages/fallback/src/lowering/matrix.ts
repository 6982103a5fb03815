import type { ElementType } from '../kernels/element-type.js';

/** Numbers of bits that the kernels unpack. */
export const affineBits = [2, 3, 4, 5, 6, 8] as const;

/** One of {@link affineBits}. */
export type AffineBits = (typeof affineBits)[number];

/** A dense matrix `[outputs, columns]` in memory. */
export interface DenseMatrix {
  readonly format: 'dense';
  readonly outputs: number;
  readonly columns: number;
  readonly type: ElementType;
  readonly address: number;
}

/** A packed matrix `[outputs, columns]` in memory, as MLX quantizes. */
export interface AffineMatrix {
  readonly format: 'affine';
  readonly outputs: number;
  readonly columns: number;
  readonly bits: AffineBits;
  readonly groupSize: number;
  readonly address: number;
  readonly scales: number;
  readonly biases: number;
  readonly scaleType: ElementType;
}

/** A matrix in memory. */
export type Matrix = DenseMatrix | AffineMatrix;

/** Groups of a row, rounded up to whole vectors, as the kernels store their sums. */
export function paddedGroups(matrix: AffineMatrix): number {
  return Math.ceil(matrix.columns / matrix.groupSize / 4) * 4;
}

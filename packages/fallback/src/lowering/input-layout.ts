import { type Matrix, paddedColumns, paddedGroups } from './matrix.js';

/** How the kernels of packed weights read an input: in the order of the packed fields, with sums of its groups. */
export interface InputLayout {
  readonly format: 'affine' | 'float';
  readonly bits: number;
  readonly groupSize: number;
  /** Columns of the input as it is. */
  readonly columns: number;
  /** Floats a vector: those in packed order, and the sums. */
  readonly elements: number;
  readonly sums: number;
}

/** How a matrix reads its input; `undefined`: as it is. */
export function inputLayout(matrix: Matrix): InputLayout | undefined {
  if (matrix.format === 'dense') return undefined;
  const { format, bits, groupSize, columns } = matrix;
  if (format === 'affine') return { format, bits, groupSize, columns, elements: columns, sums: paddedGroups(matrix) };
  return { format, bits, groupSize, columns, elements: paddedColumns(matrix), sums: 0 };
}

/** Equal for layouts that are the same. */
export function layoutKey({ format, bits, groupSize }: InputLayout): string {
  return `${format}/${bits}/${groupSize}`;
}

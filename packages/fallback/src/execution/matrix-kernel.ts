import { elementTypes } from '../kernels/element-type.js';
import type { Kernels } from '../kernels/kernels.js';
import type { InputLayout } from '../lowering/input-layout.js';
import type { Matrix } from '../lowering/matrix.js';

/**
 * Outputs `begin` to `end` of matrix `index` of a stack (0 of a single one), for `rows` vectors that lie as the matrix reads them.
 * What is written is `[rows, outputs]`.
 */
export type MatrixKernel = (vectors: { readonly input: number; readonly sums: number; readonly rows: number; readonly output: number },
  begin: number, end: number, index: number) => void;

/** Binds a matrix to the kernel of its format. Matrices of a stack are the outputs of one tall matrix. */
export function matrixKernel(matrix: Matrix, kernels: Kernels, scratch: number): MatrixKernel {
  const { outputs, columns, address } = matrix;
  switch (matrix.format) {
    case 'dense': {
      const kernel = kernels[`dense${matrix.type}`];
      return ({ input, rows, output }, begin, end, index) => {
        const first = index * outputs;
        kernel(input, rows, columns, address, output - first * 4, outputs, first + begin, first + end);
      };
    }
    case 'affine': {
      const { groupSize, scales, biases } = matrix;
      const kernel = kernels[`affine${matrix.bits}`];
      const scaleType = elementTypes[matrix.scaleType];
      return ({ input, sums, rows, output }, begin, end, index) => {
        const first = index * outputs;
        kernel(
          input, sums, rows, columns, groupSize, address, scales, biases, scaleType, output - first * 4, outputs, first + begin, first + end, scratch,
        );
      };
    }
    case 'float': {
      const { mode, scales, globalScales } = matrix;
      const kernel = kernels[mode];
      return ({ input, rows, output }, begin, end, index) => {
        const first = index * outputs;
        const globalScale = globalScales === undefined ? 0 : globalScales + index * 4;
        kernel(input, rows, columns, address, scales, globalScale, output - first * 4, outputs, first + begin, first + end);
      };
    }
  }
}

/** Brings `rows` vectors into the order in which packed weights read them. */
export function prepareInput(layout: InputLayout, kernels: Kernels, input: number, rows: number, output: number, sums: number): void {
  const { bits, columns, groupSize } = layout;
  if (layout.format === 'float') kernels.prepareFloat(bits, input, rows, columns, output);
  else kernels.prepareInput(bits, input, rows, columns, groupSize, output, sums);
}

/** Outputs that a kernel takes at a time; parts of a linear begin at multiples of it. */
export function outputTile(matrix: Matrix): number {
  return matrix.format === 'dense' ? 2 : 8;
}

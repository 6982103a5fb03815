import type { ElementType } from '../../src/kernels/element-type.js';
import { encodeFloats } from './float-types.js';
import type { Random } from './random.js';

/** A random packed matrix and the numbers that it stands for. */
export interface TestMatrix {
  readonly outputs: number;
  readonly columns: number;
  readonly bits: number;
  readonly groupSize: number;
  readonly packed: Uint8Array;
  readonly scales: Uint8Array;
  readonly biases: Uint8Array;
  /** `[outputs, columns]`, in double precision. */
  readonly dense: Float64Array;
}

/** How to make a {@link TestMatrix}. */
export interface TestMatrixOptions {
  readonly outputs: number;
  readonly columns: number;
  readonly bits: number;
  readonly groupSize: number;
  readonly type: ElementType;
}

/** Packs random weights bit by bit, as MLX's documents describe the format. */
export function affineMatrix(random: Random, { outputs, columns, bits, groupSize, type }: TestMatrixOptions): TestMatrix {
  const groups = (outputs * columns) / groupSize;
  const scales = encodeFloats(random.floats(groups, 0.1), type);
  const biases = encodeFloats(random.floats(groups), type);
  const packed = new Uint8Array((outputs * columns * bits) / 8);
  const dense = new Float64Array(outputs * columns);
  for (let index = 0; index < dense.length; index++) {
    const q = random.integer(0, 2 ** bits - 1);
    const group = Math.floor(index / groupSize);
    dense[index] = q * (scales.values[group] as number) + (biases.values[group] as number);
    for (let bit = 0; bit < bits; bit++) {
      const position = index * bits + bit;
      if ((q >> bit) & 1) packed[position >> 3] = (packed[position >> 3] as number) | (1 << (position & 7));
    }
  }
  return { outputs, columns, bits, groupSize, packed, scales: scales.bytes, biases: biases.bytes, dense };
}

/** `x · Wᵀ` in double precision, and for each element the sum of the sizes of its terms. */
export function multiply(x: Float32Array, dense: ArrayLike<number>, columns: number): { readonly values: Float64Array; readonly sizes: Float64Array } {
  const rows = x.length / columns;
  const outputs = dense.length / columns;
  const values = new Float64Array(rows * outputs);
  const sizes = new Float64Array(rows * outputs);
  for (let row = 0; row < rows; row++) {
    for (let output = 0; output < outputs; output++) {
      for (let column = 0; column < columns; column++) {
        const term = (x[row * columns + column] as number) * (dense[output * columns + column] as number);
        values[row * outputs + output] = (values[row * outputs + output] as number) + term;
        sizes[row * outputs + output] = (sizes[row * outputs + output] as number) + Math.abs(term);
      }
    }
  }
  return { values, sizes };
}

import { beforeAll, describe, expect, test } from 'vitest';
import type { ElementType } from '../../src/kernels/element-type.js';
import { affineBits } from '../../src/lowering/matrix.js';
import { affineMatrix, multiply, type TestMatrix } from './affine-matrix.js';
import { KernelMemory, typeNumber } from './kernel-memory.js';
import { Random } from './random.js';

const groupSizes = [32, 64, 128] as const;
const types: readonly ElementType[] = ['F32', 'F16', 'BF16'];

describe.each(['plain', 'relaxed'] as const)('linear on packed weights, %s', (variant) => {
  let memory: KernelMemory;
  beforeAll(async () => {
    memory = await KernelMemory.create(variant);
  });

  describe.each(affineBits)('%i bits', (bits) => {
    test.each(groupSizes.flatMap((groupSize) => types.map((type) => [groupSize, type] as const)))('group size %i, %s', (groupSize, type) => {
      const random = new Random(bits * 1000 + groupSize + typeNumber(type));
      for (let round = 0; round < 6; round++) {
        const shape = { outputs: random.integer(1, 21), columns: groupSize * random.integer(1, 5), bits, groupSize, type };
        const matrix = affineMatrix(random, shape);
        const x = random.floats(random.integer(1, 21) * shape.columns);
        const { values, sizes } = multiply(x, matrix.dense, shape.columns);
        const found = linear(memory, matrix, x, type);
        // The packed form q·scale and bias apart has larger terms than the weights themselves.
        found.forEach((value, index) => {
          const limit = 4e-6 * ((sizes[index] as number) + shape.columns * 0.1 * 2 ** bits);
          expect(Math.abs(value - (values[index] as number))).toBeLessThan(limit);
        });
      }
    });

    test('a row is the same to the bit alone, among others and in parts', () => {
      const random = new Random(bits);
      const type = random.choose(types);
      const matrix = affineMatrix(random, { outputs: 19, columns: 256, bits, groupSize: random.choose(groupSizes), type });
      const x = random.floats(23 * 256);
      const together = linear(memory, matrix, x, type);
      for (let row = 0; row < 23; row++) {
        const alone = linear(memory, matrix, x.slice(row * 256, (row + 1) * 256), type);
        expect(together.subarray(row * 19, (row + 1) * 19)).toEqual(alone);
      }
      expect(linear(memory, matrix, x, type, [8, 16])).toEqual(together);
    });
  });
});

/** @param cuts - where the outputs are parted into calls */
function linear(memory: KernelMemory, matrix: TestMatrix, x: Float32Array, type: ElementType, cuts: readonly number[] = []): Float32Array {
  memory.clear();
  const { outputs, columns, bits, groupSize } = matrix;
  const rows = x.length / columns;
  const padded = Math.ceil(columns / groupSize / 4) * 4;
  const input = memory.floats(x);
  const prepared = memory.allocate(x.length * 4);
  const sums = memory.allocate(rows * padded * 4);
  const scratch = memory.allocate(16 * padded * 4);
  const weight = memory.bytes(matrix.packed);
  // What lies behind scales and biases must be finite, as it is in a model's memory.
  const scales = memory.bytes(Uint8Array.from([...matrix.scales, ...new Uint8Array(16)]));
  const biases = memory.bytes(Uint8Array.from([...matrix.biases, ...new Uint8Array(16)]));
  const y = memory.allocate(rows * outputs * 4);
  memory.kernels.prepareInput(bits, input, rows, columns, groupSize, prepared, sums);
  const kernel = memory.kernels[`affine${bits as 4}`];
  const bounds = [0, ...cuts, outputs];
  bounds.slice(1).forEach((end, index) => {
    const begin = bounds[index] as number;
    kernel(prepared, sums, rows, columns, groupSize, weight, scales, biases, typeNumber(type), y, outputs, begin, end, scratch);
  });
  expect(memory.read(y + rows * outputs * 4, 4)).toEqual(new Float32Array(4).fill(NaN));
  return memory.read(y, rows * outputs);
}

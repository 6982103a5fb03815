import { beforeAll, describe, expect, test } from 'vitest';
import type { ElementType } from '../../src/kernels/element-type.js';
import { multiply } from './affine-matrix.js';
import { encodeFloats } from './float-types.js';
import { KernelMemory } from './kernel-memory.js';
import { Random } from './random.js';

describe.each(['plain', 'relaxed'] as const)('linear on dense weights, %s', (variant) => {
  let memory: KernelMemory;
  beforeAll(async () => {
    memory = await KernelMemory.create(variant);
  });

  test.each(['F32', 'F16', 'BF16'] as const)('%s of any shape', (type) => {
    const random = new Random(7);
    for (let round = 0; round < 30; round++) {
      const columns = random.integer(1, 70), outputs = random.integer(1, 13);
      const weights = encodeFloats(random.floats(outputs * columns), type);
      const x = random.floats(random.integer(1, 11) * columns);
      const { values, sizes } = multiply(x, weights.values, columns);
      linear(memory, weights.bytes, x, outputs, type).forEach((value, index) => {
        expect(Math.abs(value - (values[index] as number))).toBeLessThan(2e-6 * (sizes[index] as number) + 1e-12);
      });
    }
  });

  test.each(['F32', 'F16', 'BF16'] as const)('%s: a row is the same to the bit alone, among others and in parts', (type) => {
    const random = new Random(8);
    const columns = 43;
    const { bytes } = encodeFloats(random.floats(9 * columns), type);
    const x = random.floats(13 * columns);
    const together = linear(memory, bytes, x, 9, type);
    for (let row = 0; row < 13; row++) {
      expect(linear(memory, bytes, x.slice(row * columns, (row + 1) * columns), 9, type)).toEqual(together.subarray(row * 9, (row + 1) * 9));
    }
    expect(linear(memory, bytes, x, 9, type, 4)).toEqual(together);
  });

  test.each(['F32', 'F16', 'BF16'] as const)('%s: rows of several blocks, the last of them short', (type) => {
    const random = new Random(9);
    // Of 4000 columns a block takes 64 rows.
    const columns = 4000, rows = 130, outputs = 3;
    const { bytes } = encodeFloats(random.floats(outputs * columns), type);
    const x = random.floats(rows * columns);
    const together = linear(memory, bytes, x, outputs, type);
    for (const row of [0, 63, 64, 127, 128, 129]) {
      const alone = linear(memory, bytes, x.slice(row * columns, (row + 1) * columns), outputs, type);
      expect(alone).toEqual(together.subarray(row * outputs, (row + 1) * outputs));
    }
  });
});

function linear(memory: KernelMemory, weights: Uint8Array, x: Float32Array, outputs: number, type: ElementType, cut = 0): Float32Array {
  memory.clear();
  const columns = weights.length / outputs / (type === 'F32' ? 4 : 2);
  const rows = x.length / columns;
  const input = memory.floats(x);
  const weight = memory.bytes(weights);
  const y = memory.allocate(rows * outputs * 4);
  memory.kernels[`dense${type}`](input, rows, columns, weight, y, outputs, 0, cut);
  memory.kernels[`dense${type}`](input, rows, columns, weight, y, outputs, cut, outputs);
  return memory.read(y, rows * outputs);
}

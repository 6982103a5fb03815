import { expect, test } from 'vitest';
import type { ElementType } from '../../src/kernels/element-type.js';
import { affineBits } from '../../src/lowering/matrix.js';
import { affineMatrix } from './affine-matrix.js';
import { encodeFloats } from './float-types.js';
import { KernelMemory, typeNumber } from './kernel-memory.js';
import { Random } from './random.js';

const ids = [5, 0, 6, 5];

test.each(affineBits.flatMap((bits) => ([32, 64, 128] as const).map((groupSize) => [bits, groupSize] as const)))(
  'rows of a packed matrix by id: %i bits, group size %i',
  async (bits, groupSize) => {
    const memory = await KernelMemory.create();
    const random = new Random(bits + groupSize);
    const columns = 2 * groupSize;
    const type = random.choose<ElementType>(['F32', 'F16', 'BF16']);
    const matrix = affineMatrix(random, { outputs: 7, columns, bits, groupSize, type });
    const y = memory.allocate(ids.length * columns * 4);
    const [weight, scales, biases] = [memory.bytes(matrix.packed), memory.bytes(matrix.scales), memory.bytes(matrix.biases)];
    memory.kernels.embeddingAffine(bits, memory.words(ids), ids.length, columns, groupSize, weight, scales, biases, typeNumber(type), y);
    memory.read(y, ids.length * columns).forEach((value, index) => {
      const expected = matrix.dense[(ids[Math.floor(index / columns)] as number) * columns + (index % columns)] as number;
      expect(Math.abs(value - expected)).toBeLessThan(1e-6 * (1 + 0.1 * 2 ** bits));
    });
  },
);

test.each(['F32', 'F16', 'BF16'] as const)('rows of a dense matrix by id: %s', async (type) => {
  const memory = await KernelMemory.create();
  const { bytes, values } = encodeFloats(new Random(1).floats(7 * 13), type);
  const y = memory.allocate(ids.length * 13 * 4);
  memory.kernels.embeddingDense(typeNumber(type), memory.words(ids), ids.length, 13, memory.bytes(bytes), y);
  expect([...memory.read(y, ids.length * 13)]).toEqual(ids.flatMap((id) => [...values.subarray(id * 13, (id + 1) * 13)]));
});

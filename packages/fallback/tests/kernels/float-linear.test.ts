import { describe, expect, test } from 'vitest';
import { floatModes } from '../../src/kernels/float-mode.js';
import { floatFormats, type FloatMode } from '../../src/lowering/matrix.js';
import { multiply } from './affine-matrix.js';
import { floatMatrix, type FloatTestMatrix } from './float-matrix.js';
import { KernelMemory } from './kernel-memory.js';
import { Random } from './random.js';

const modes = Object.keys(floatFormats) as FloatMode[];

interface Placed {
  readonly weight: number;
  readonly scales: number;
  readonly globalScale: number;
}

function place(memory: KernelMemory, { packed, scales }: FloatTestMatrix, globalScale: number | undefined): Placed {
  return { weight: memory.bytes(packed), scales: memory.bytes(scales), globalScale: globalScale === undefined ? 0 : memory.floats([globalScale]) };
}

function linear(memory: KernelMemory, mode: FloatMode, x: Float32Array, columns: number, outputs: number, placed: Placed): Float32Array {
  const rows = x.length / columns;
  const input = memory.allocate(rows * Math.ceil(columns / 32) * 128);
  memory.kernels.prepareFloat(floatFormats[mode].bits, memory.floats(x), rows, columns, input);
  const y = memory.allocate(rows * outputs * 4);
  const middle = Math.floor(outputs / 2);
  for (const [begin, end] of [[middle, outputs], [0, middle]] as const) {
    memory.kernels[mode](input, rows, columns, placed.weight, placed.scales, placed.globalScale, y, outputs, begin, end);
  }
  return memory.read(y, rows * outputs);
}

describe.each(['plain', 'relaxed'] as const)('%s kernels', (variant) => {
  test.each(modes)('a linear on %s is right, and a row the same to the bit among any others', async (mode) => {
    const memory = await KernelMemory.create(variant);
    const random = new Random(7);
    for (const columns of mode === 'nvfp4' ? [16, 48, 64, 160] : [32, 64, 160]) {
      const [outputs, rows] = [5, 13];
      const matrix = floatMatrix(random, mode, outputs, columns);
      const globalScale = mode === 'nvfp4' && columns > 16 ? 3.5 : undefined;
      const placed = place(memory, matrix, globalScale);
      const x = random.floats(rows * columns);
      const found = linear(memory, mode, x, columns, outputs, placed);
      const { values, sizes } = multiply(x, matrix.dense.map((value) => value * ((globalScale ?? 2688) / 2688)), columns);
      found.forEach((value, index) => {
        expect(Math.abs(value - (values[index] as number))).toBeLessThanOrEqual(1e-6 * (sizes[index] as number) + 1e-30);
      });
      for (const [begin, end] of [[0, 1], [3, 7], [4, 13]] as const) {
        const some = linear(memory, mode, x.slice(begin * columns, end * columns), columns, outputs, placed);
        expect(some).toEqual(found.slice(begin * outputs, end * outputs));
      }
      memory.clear();
    }
  });
});

test.each(modes)('rows of an embedding in %s are exact', async (mode) => {
  const memory = await KernelMemory.create();
  const matrix = floatMatrix(new Random(3), mode, 40, 64);
  const globalScale = mode === 'nvfp4' ? 1344 : undefined;
  const { weight, scales, globalScale: address } = place(memory, matrix, globalScale);
  const ids = [39, 0, 17];
  const y = memory.allocate(ids.length * 64 * 4);
  memory.kernels.embeddingFloat(floatModes[mode], memory.words(ids), ids.length, 64, weight, scales, address, y);
  const expected = ids.flatMap((id) => [...matrix.dense.slice(id * 64, (id + 1) * 64)].map((value) => value * (globalScale === undefined ? 1 : 0.5)));
  // E2M1 of 4 bits comes without a negative zero.
  expect([...memory.read(y, expected.length)].map((value) => value + 0)).toEqual(expected.map((value) => value + 0));
});

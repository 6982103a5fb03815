import { expect, test } from 'vitest';
import { encodeFloats } from './float-types.js';
import { KernelMemory, typeNumber } from './kernel-memory.js';
import { Random } from './random.js';

test('e^x is right to two units in the last place, and in its extremes', async () => {
  const memory = await KernelMemory.create();
  const x = Float32Array.from({ length: 40_000 }, (_, index) => -87 + (index * 175) / 40_000);
  const y = memory.allocate(x.length * 4);
  memory.kernels.exponentials(memory.floats(x), x.length, y);
  memory.read(y, x.length).forEach((value, index) => {
    const expected = Math.exp(x[index] as number);
    expect(Math.abs(value - expected) / expected).toBeLessThan(2 * 2 ** -23);
  });
  memory.kernels.exponentials(memory.floats([-Infinity, -200, 0, 1000]), 4, y);
  const [low, lower, one, high] = memory.read(y, 4) as unknown as [number, number, number, number];
  expect([low < 1e-37, lower < 1e-37, one, Number.isFinite(high)]).toEqual([true, true, 1, true]);
});

test('add, gated silu and bias', async () => {
  const memory = await KernelMemory.create();
  const random = new Random(3);
  for (const count of [1, 4, 7, 576]) {
    const [left, right] = [random.floats(count, 20), random.floats(count)];
    const [a, b, y] = [memory.floats(left), memory.floats(right), memory.allocate(count * 4 + 16)];
    memory.kernels.add(a, b, count, y);
    expect([...memory.read(y, count)]).toEqual([...left].map((value, index) => Math.fround(value + (right[index] as number))));
    memory.kernels.gatedSilu(a, b, count, y);
    memory.read(y, count).forEach((value, index) => {
      const gate = left[index] as number;
      const expected = (gate / (1 + Math.exp(-gate))) * (right[index] as number);
      expect(Math.abs(value - expected)).toBeLessThan(1e-6 * Math.max(1e-3, Math.abs(expected)));
    });
    memory.kernels.addBias(a, b, 1, count);
    expect([...memory.read(a, count)]).toEqual([...left].map((value, index) => Math.fround(value + (right[index] as number))));
  }
});

test('rms norm of any width', async () => {
  const memory = await KernelMemory.create();
  const random = new Random(4);
  for (const columns of [1, 2, 3, 4, 33, 64, 576]) {
    const rows = random.integer(1, 5);
    const [x, w] = [random.floats(rows * columns, 3), random.floats(columns)];
    const y = memory.allocate(rows * columns * 4);
    memory.kernels.rmsNorm(memory.floats(x), memory.floats(w), rows, columns, 1e-5, y);
    memory.read(y, rows * columns).forEach((value, index) => {
      const row = x.subarray(Math.floor(index / columns) * columns).subarray(0, columns);
      const mean = row.reduce((sum, element) => sum + element * element, 0) / columns;
      const expected = ((x[index] as number) / Math.sqrt(mean + 1e-5)) * (w[index % columns] as number);
      expect(Math.abs(value - expected)).toBeLessThan(2e-6 * Math.max(1, Math.abs(expected)));
    });
  }
});

test('rows by index', async () => {
  const memory = await KernelMemory.create();
  const y = memory.allocate(6 * 4);
  memory.kernels.selectRows(memory.floats([1, 2, 3, 4, 5, 6]), memory.words([2, 0, 2]), 3, 2, y);
  expect([...memory.read(y, 6)]).toEqual([5, 6, 1, 2, 5, 6]);
});

test.each(['F32', 'F16', 'BF16'] as const)('vectors of %s become float32 in place', async (type) => {
  const memory = await KernelMemory.create();
  const count = 37;
  const { bytes, values } = encodeFloats(new Random(5).floats(count), type);
  const to = memory.bytes(Uint8Array.from([...new Uint8Array(count * 4 - bytes.length), ...bytes]));
  memory.kernels.convertVector(typeNumber(type), to + count * 4 - bytes.length, count, to);
  expect(memory.read(to, count)).toEqual(values);
});

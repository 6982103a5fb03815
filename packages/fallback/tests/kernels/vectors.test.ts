import type { PoolMode, ReduceFunction } from '@mlxengine/core/graph';
import { expect, test } from 'vitest';
import { compileCombine } from '../../src/execution/calls/experts.js';
import { compilePool } from '../../src/execution/calls/inputs.js';
import { compileMatmul } from '../../src/execution/calls/linears.js';
import { compileL2Norm, compileLayerNorm, compileRmsNorm } from '../../src/execution/calls/norms.js';
import { compileReduce, compileSoftmax } from '../../src/execution/calls/reductions.js';
import { compileCopy } from '../../src/execution/calls/shapes.js';
import { KernelMemory } from './kernel-memory.js';
import { Random } from './random.js';
import { runCall } from './run-call.js';

const widths = [1, 2, 3, 4, 33, 64, 576];
const rows = 3;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;

function variance(values: readonly number[]): number {
  const average = mean(values);
  return mean(values.map((value) => (value - average) ** 2));
}

/** Checks each row of what a call makes of random rows. */
function checkRows(
  found: Float32Array, x: Float32Array, columns: number, expected: (row: readonly number[]) => readonly number[], precision = 2e-6,
): void {
  for (let row = 0; row < rows; row++) {
    const right = expected([...x.subarray(row * columns, (row + 1) * columns)]);
    right.forEach((value, index) => {
      expect(Math.abs((found[row * right.length + index] as number) - value)).toBeLessThan(precision * Math.max(1, Math.abs(value)));
    });
  }
}

test.each(widths)('norms of %i columns', async (columns) => {
  const memory = await KernelMemory.create();
  const random = new Random(4);
  const [x, w, b] = [random.floats(rows * columns, 3), random.floats(columns), random.floats(columns)];
  const [input, weight, bias, output] = [memory.floats(x), memory.floats(w), memory.floats(b), memory.allocate(rows * columns * 4 + 16)];
  const call = { leading: 'tokens', input, columns, repeat: 1, epsilon: 1e-5, output } as const;
  const read = (): Float32Array => memory.read(output, rows * columns);
  const scaled = (row: readonly number[], factor: number, offset: number | undefined): number[] =>
    row.map((value, index) => value * factor * (offset === undefined ? 1 : (w[index] as number) + offset));
  const rms = (row: readonly number[]): number => 1 / Math.sqrt(mean(row.map((value) => value * value)) + 1e-5);

  runCall(memory, compileRmsNorm, { kernel: 'rmsNorm', ...call, weight, weightOffset: 0 }, rows);
  checkRows(read(), x, columns, (row) => scaled(row, rms(row), 0));
  runCall(memory, compileRmsNorm, { kernel: 'rmsNorm', ...call, weight, weightOffset: 1 }, rows);
  checkRows(read(), x, columns, (row) => scaled(row, rms(row), 1));
  runCall(memory, compileRmsNorm, { kernel: 'rmsNorm', ...call, weightOffset: 0 }, rows);
  checkRows(read(), x, columns, (row) => scaled(row, rms(row), undefined));
  const layer = (row: readonly number[]): number[] => {
    const [average, deviation] = [mean(row), Math.sqrt(variance(row) + 1e-5)];
    return row.map((value) => (value - average) / deviation);
  };
  runCall(memory, compileLayerNorm, { kernel: 'layerNorm', ...call, weight, bias, weightOffset: 1 }, rows);
  checkRows(read(), x, columns, (row) => scaled(layer(row), 1, 1).map((value, index) => value + (b[index] as number)), 1e-5);
  runCall(memory, compileLayerNorm, { kernel: 'layerNorm', ...call, weightOffset: 0 }, rows);
  checkRows(read(), x, columns, layer, 1e-5);
  runCall(memory, compileL2Norm, { kernel: 'l2Norm', ...call, weightOffset: 0, epsilon: 3 }, rows);
  checkRows(read(), x, columns, (row) => scaled(row, 1 / Math.max(Math.sqrt(sum(row.map((value) => value * value))), 3), undefined));
});

const reductions: Readonly<Record<ReduceFunction, (row: readonly number[]) => number>> = {
  sum, mean, max: (row) => Math.max(...row), deviation: (row) => Math.sqrt(variance(row)),
};

test.each(widths)('reductions and softmax of %i columns', async (columns) => {
  const memory = await KernelMemory.create();
  const x = new Random(6).floats(rows * columns, 20);
  const [input, output] = [memory.floats(x), memory.allocate(rows * columns * 4 + 16)];
  for (const [name, expected] of Object.entries(reductions)) {
    runCall(memory, compileReduce, { kernel: 'reduce', leading: 'tokens', function: name as ReduceFunction, input, columns, repeat: 1, output }, rows);
    checkRows(memory.read(output, rows), x, columns, (row) => [expected(row)], 1e-5);
  }
  runCall(memory, compileSoftmax, { kernel: 'softmax', leading: 'tokens', input, columns, repeat: 1, output }, rows);
  checkRows(memory.read(output, rows * columns), x, columns, (row) => {
    const powers = row.map((value) => Math.exp(value - Math.max(...row)));
    return powers.map((power) => power / sum(powers));
  });
});

test.each([[1, 1, 1], [3, 5, 7], [4, 2, 8], [2, 33, 16]])('products of activations %i x %i x %i', async (a, b, c) => {
  const memory = await KernelMemory.create();
  const random = new Random(8);
  const [left, right] = [random.floats(rows * a * b), random.floats(rows * b * c)];
  const [leftAt, rightAt, output] = [memory.floats(left), memory.floats(right), memory.allocate(rows * a * c * 4 + 16)];
  runCall(memory, compileMatmul, { kernel: 'matmul', leading: 'tokens', left: leftAt, right: rightAt, sizes: [a, b, c], output }, rows);
  memory.read(output, rows * a * c).forEach((value, index) => {
    const [row, i, j] = [Math.floor(index / a / c), Math.floor(index / c) % a, index % c];
    const expected = sum(Array.from({ length: b }, (_, k) => (left[(row * a + i) * b + k] as number) * (right[(row * b + k) * c + j] as number)));
    expect(value).toBeCloseTo(expected, 5);
  });
});

test('copies: a slice with a step, and a transposition of five dimensions', async () => {
  const memory = await KernelMemory.create();
  const x = Float32Array.from({ length: 240 }, (_, index) => index);
  const [input, output] = [memory.floats(x), memory.allocate(240 * 4)];
  const slice = { begin: 1, row: 20, strides: [10, 3] };
  runCall(memory, compileCopy, {
    kernel: 'copy', leading: 'tokens', input, from: slice, to: { begin: 0, row: 6, strides: [3, 1] }, sizes: [2, 3], output,
  }, 2);
  expect([...memory.read(output, 12)]).toEqual([1, 4, 7, 11, 14, 17, 21, 24, 27, 31, 34, 37]);
  // [2, 3, 2, 5, 2] with dimensions in the order 4, 3, 2, 1, 0.
  runCall(memory, compileCopy, {
    kernel: 'copy', leading: 'tokens', input, from: { begin: 0, row: 120, strides: [1, 2, 10, 20, 60] },
    to: { begin: 0, row: 120, strides: [60, 12, 6, 2, 1] }, sizes: [2, 5, 2, 3, 2], output,
  }, 2);
  const expected = Array.from({ length: 240 }, (_, index) => {
    const place = index % 120;
    const [a, b, c, d, e] = [Math.floor(place / 60), Math.floor(place / 12) % 5, Math.floor(place / 6) % 2, Math.floor(place / 2) % 3, place % 2];
    return index - place + a + 2 * b + 10 * c + 20 * d + 60 * e;
  });
  expect([...memory.read(output, 240)]).toEqual(expected);
});

test('ids from the limit on are 0', async () => {
  const memory = await KernelMemory.create();
  const y = memory.words([9, 9, 9]);
  memory.kernels.limitIds(memory.words([3, 7, 8]), 3, 7, y);
  expect([...new Uint32Array(memory.read(y, 3).buffer)]).toEqual([3, 0, 0]);
});

test.each<[PoolMode, readonly number[]]>([
  ['mean', [3, 4, 8, 9]], ['max', [5, 6, 9, 10]], ['first', [1, 2, 7, 8]], ['last', [5, 6, 9, 10]],
])('pooling by %s', async (mode, expected) => {
  const memory = await KernelMemory.create();
  const [input, output] = [memory.floats([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), memory.allocate(32)];
  const at = (buffer: number): number => buffer;
  const { kernels } = memory;
  const compiled = compilePool({ kernel: 'pool', leading: 'sequences', mode, input, columns: 2, output }, { kernels, at } as never);
  const segment = { start: 0, table: 0, states: 0 };
  compiled.run({ rows: 2, segments: [{ row: 0, rows: 3, ...segment }, { row: 3, rows: 2, ...segment }] }, 0, 1);
  expect([...memory.read(output, 4)]).toEqual(expected);
});

test.each([1, 5, 96])('weighted sums of %i columns', async (columns) => {
  const memory = await KernelMemory.create();
  const random = new Random(2);
  const count = 3;
  const [x, w] = [random.floats(rows * count * columns), random.floats(rows * count)];
  const [input, weights, output] = [memory.floats(x), memory.floats(w), memory.allocate(rows * columns * 4 + 16)];
  runCall(memory, compileCombine, { kernel: 'combine', leading: 'tokens', input, weights, count, columns, output }, rows);
  memory.read(output, rows * columns).forEach((value, index) => {
    const [row, column] = [Math.floor(index / columns), index % columns];
    const terms = Array.from({ length: count }, (_, j) => (w[row * count + j] as number) * (x[(row * count + j) * columns + column] as number));
    expect(value).toBeCloseTo(sum(terms), 5);
  });
});

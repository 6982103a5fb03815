import { describe, expect, test } from 'vitest';
import { compileRoute } from '../../src/execution/calls/experts.js';
import { compileGather, compileGroup, compileLinearGroups, compilePrepareGroups, compileScatter } from '../../src/execution/calls/grouped-linears.js';
import type { RouteCall } from '../../src/lowering/calls/experts.js';
import { inputLayout } from '../../src/lowering/input-layout.js';
import type { Matrix } from '../../src/lowering/matrix.js';
import { affineMatrix } from './affine-matrix.js';
import { KernelMemory } from './kernel-memory.js';
import { Random } from './random.js';
import { runCall } from './run-call.js';

type RouteSettings = Partial<Omit<RouteCall, 'selectionBias' | 'expertScale'>> & { readonly bias?: readonly number[]; readonly factors?: readonly number[] };

async function route(rows: readonly (readonly number[])[], { bias, factors, ...settings }: RouteSettings): Promise<readonly (readonly [number, number])[][]> {
  const memory = await KernelMemory.create();
  const experts = (rows[0] as readonly number[]).length;
  const { count = 2 } = settings;
  const [input, scratch] = [memory.floats(rows.flat()), memory.allocate((4 * experts + 8) * 4)];
  const [indices, output] = [memory.allocate(rows.length * count * 4), memory.allocate(rows.length * count * 4)];
  runCall(memory, compileRoute, {
    kernel: 'route', leading: 'tokens', input, experts, count, scoring: 'softmax', softmax: false, scale: 1, jitter: 0, scratch, indices, output,
    ...settings, ...(bias && { selectionBias: memory.floats(bias) }), ...(factors && { expertScale: memory.floats(factors) }),
  }, rows.length);
  const chosen = new Uint32Array(memory.read(indices, rows.length * count).buffer);
  const weights = memory.read(output, rows.length * count);
  return rows.map((_, row) => Array.from({ length: count }, (__, j) => [chosen[row * count + j] as number, weights[row * count + j] as number] as const));
}

function expectWeights(found: readonly (readonly [number, number])[] | undefined, expected: readonly (readonly [number, number])[]): void {
  expect(found?.map(([index]) => index)).toEqual(expected.map(([index]) => index));
  expected.forEach(([, weight], index) => expect(found?.[index]?.[1]).toBeCloseTo(weight, 5));
}

/** Zeros behind the last row of scales, as there are behind every tensor of a model. */
function padded(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from([...bytes, ...new Uint8Array(16)]);
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

describe('route', () => {
  test('softmax of all, the greatest, normalized', async () => {
    const [first, second] = await route([[1, 3, 2, 0, -1], [0, 0, 5, 0, 4]], { normalize: { mode: 'add', epsilon: 0 } });
    expectWeights(first, [[1, sigmoid(1)], [2, sigmoid(-1)]]);
    expectWeights(second, [[2, sigmoid(1)], [4, sigmoid(-1)]]);
  });

  test('logits, a softmax among the chosen', async () => {
    const [row] = await route([[1, 3, 2, 0, -1]], { scoring: 'logits', softmax: true, count: 3 });
    const powers = [1, Math.exp(-1), Math.exp(-2)];
    const sum = powers.reduce((total, power) => total + power);
    expectWeights(row, [[1, powers[0] as number], [2, powers[1] as number], [0, powers[2] as number]].map(([index, power]) => [index as number, (power as number) / sum]));
  });

  test('a bias chooses, and does not weigh; scales do', async () => {
    const [row] = await route([[1, 2, 3, 4]], { scoring: 'sigmoid', bias: [10, 0, 5, 0], factors: [1, 1, 3, 1], scale: 2 });
    expectWeights(row, [[0, 2 * sigmoid(1)], [2, 6 * sigmoid(3)]]);
  });

  test('groups: those dropped count as 0', async () => {
    const [top] = await route([[9, 0, 5, 6, 8, 1]], { scoring: 'logits', groups: { count: 3, keep: 1, score: 'top2' } });
    expectWeights(top, [[3, 6], [2, 5]]);
    const [best] = await route([[9, 0.5, 5, 6, 8, 1]], { scoring: 'logits', count: 3, groups: { count: 3, keep: 1, score: 'max' } });
    expectWeights(best, [[0, 9], [1, 0.5], [2, 5]]);
  });

  test('the sum stays at epsilon or above', async () => {
    const [row] = await route([[0.25, 0.5, 0.125]], { scoring: 'logits', normalize: { mode: 'maximum', epsilon: 2 } });
    expectWeights(row, [[1, 0.25], [0, 0.125]]);
  });

  test('sparsemixer: shares among those near the greatest', async () => {
    const [row] = await route([[4, 3.9, 1, 3.8]], { scoring: 'sparsemixer', jitter: 0.02 });
    // Within 4 %: 4 and 3.9 of 4; then 3.9 and 3.8 of 3.9, the first being taken.
    expectWeights(row, [[0, sigmoid(0.1)], [1, sigmoid(0.1)]]);
  });
});

describe.each(['dense', 'affine'] as const)('linears of experts on %s matrices', (format) => {
  const [experts, outputs, columns, count] = [5, 7, 64, 2];
  const random = new Random(11);
  const stack = affineMatrix(random, { outputs: experts * outputs, columns, bits: 4, groupSize: 32, type: 'F32' });
  const biases = random.floats(experts * outputs);
  const x = random.floats(21 * count * columns);
  const chosen = Array.from({ length: 21 * count }, () => random.choose([0, 1, 3, 4]));

  function compute(memory: KernelMemory, first: number, rows: number, { shared = false, heads = false } = {}): Float32Array {
    memory.clear();
    const pairs = rows * count;
    const width = shared ? 1 : count;
    const input = memory.floats(x.subarray(first * width * columns, (first + rows) * width * columns));
    const matrix: Matrix = format === 'dense'
      ? { format, count: experts, outputs, columns, type: 'F32', address: memory.floats(stack.dense) }
      : {
        format, count: experts, outputs, columns, bits: 4, groupSize: 32, scaleType: 'F32', address: memory.bytes(stack.packed),
        scales: memory.bytes(padded(stack.scales)), biases: memory.bytes(padded(stack.biases)),
      };
    const [order, offsets] = [memory.allocate(pairs * 4), memory.allocate((experts + 1) * 4)];
    const [sorted, prepared, sums] = [memory.allocate(pairs * columns * 4), memory.allocate(pairs * columns * 4), memory.allocate(pairs * 16)];
    const [product, output, scratch] = [memory.allocate(pairs * outputs * 4 + 16), memory.allocate(pairs * outputs * 4), memory.allocate(4096)];
    const indices = memory.words(chosen.slice(first * count, (first + rows) * count));
    const groups = heads ? count : experts;
    const common = { leading: 'tokens', count, order, offsets } as const;
    runCall(memory, compileGroup, { kernel: 'group', ...common, ...(!heads && { indices }), groups }, rows);
    runCall(memory, compileGather, { kernel: 'gather', ...common, input, columns, shared, output: sorted }, rows);
    const layout = inputLayout(matrix);
    if (layout) runCall(memory, compilePrepareGroups, { kernel: 'prepareGroups', ...common, input: sorted, layout, groups, output: prepared, sums }, rows);
    const read = layout ? { input: prepared, sums } : { input: sorted };
    runCall(memory, compileLinearGroups, {
      kernel: 'linearGroups', ...common, ...read, matrix, groups, scratch, bias: memory.floats(biases), output: product,
    }, rows);
    runCall(memory, compileScatter, { kernel: 'scatter', ...common, input: product, columns: outputs, shared: false, output }, rows);
    return memory.read(output, pairs * outputs);
  }

  function expected(index: number, shared: boolean, heads: boolean): number {
    const [pair, column] = [Math.floor(index / outputs), index % outputs];
    const expert = heads ? pair % count : (chosen[pair] as number);
    const from = (shared ? Math.floor(pair / count) : pair) * columns;
    let sum = biases[expert * outputs + column] as number;
    for (let i = 0; i < columns; i++) sum += (x[from + i] as number) * (stack.dense[(expert * outputs + column) * columns + i] as number);
    return sum;
  }

  test.each([[false, false], [true, false], [false, true]])('are right; one vector a row: %s, heads: %s', async (shared, heads) => {
    const memory = await KernelMemory.create();
    compute(memory, 0, 21, { shared, heads }).forEach((value, index) => expect(Math.abs(value - expected(index, shared, heads))).toBeLessThan(2e-4));
  });

  test('are the same to the bit alone and among others', async () => {
    const memory = await KernelMemory.create();
    const together = compute(memory, 0, 21);
    for (let row = 0; row < 21; row++) {
      expect(compute(memory, row, 1)).toEqual(together.subarray(row * count * outputs, (row + 1) * count * outputs));
    }
  });
});


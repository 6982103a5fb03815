import type { BinaryFunction, GatedActivation, UnaryFunction } from '@mlxengine/core/graph';
import { expect, test } from 'vitest';
import { compileBinary, compileClip, compileGated, compileScale, compileUnary } from '../../src/execution/calls/element-wise.js';
import { encodeFloats } from './float-types.js';
import { KernelMemory, typeNumber } from './kernel-memory.js';
import { Random } from './random.js';
import { runCall } from './run-call.js';

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

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** erf by its series, or that of what is left of it. */
function erf(x: number): number {
  if (Math.abs(x) > 4) return Math.sign(x);
  let [sum, term] = [x, x];
  for (let n = 1; n < 120; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

const functions: Readonly<Record<UnaryFunction, (x: number) => number>> = {
  negative: (x) => -x,
  absolute: Math.abs,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  rsqrt: (x) => 1 / Math.sqrt(x),
  square: (x) => x * x,
  silu: (x) => x * sigmoid(x),
  gelu: (x) => (x * (1 + erf(x / Math.SQRT2))) / 2,
  geluTanh: (x) => (x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))) / 2,
  geluFast: (x) => x * sigmoid(1.702 * x),
  relu: (x) => Math.max(x, 0),
  relu2: (x) => Math.max(x, 0) ** 2,
  sigmoid,
  tanh: Math.tanh,
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
};

test.each(Object.entries(functions))('%s is right to 1e-6', async (name, expected) => {
  const memory = await KernelMemory.create();
  const positive = ['log', 'sqrt', 'rsqrt'].includes(name);
  const x = Float32Array.from({ length: 8001 }, (_, index) => (positive ? 10 ** (index / 1000 - 4) : (index - 4000) / 500));
  const [input, y] = [memory.floats(x), memory.allocate(x.length * 4 + 16)];
  runCall(memory, compileUnary, { kernel: 'unary', leading: 'tokens', function: name as UnaryFunction, input, elements: x.length, output: y }, 1);
  memory.read(y, x.length).forEach((value, index) => {
    const right = expected(x[index] as number);
    expect(Math.abs(value - right), `${name}(${x[index]})`).toBeLessThan(1e-6 * Math.max(1, Math.abs(right)));
  });
});

test('the tails: no function makes NaN or loses its limit', async () => {
  const memory = await KernelMemory.create();
  const x = [-100, -30, 30, 100];
  const [input, y] = [memory.floats(x), memory.allocate(32)];
  for (const name of ['silu', 'gelu', 'geluTanh', 'geluFast', 'sigmoid', 'tanh', 'softplus'] as const) {
    runCall(memory, compileUnary, { kernel: 'unary', leading: 'tokens', function: name, input, elements: 4, output: y }, 1);
    memory.read(y, 4).forEach((value, index) => expect(value).toBeCloseTo(functions[name](x[index] as number), 5));
  }
});

const activations: readonly GatedActivation[] = ['silu', 'gelu', 'geluTanh', 'relu', 'relu2', 'sigmoid'];

test('gated activations of any width', async () => {
  const memory = await KernelMemory.create();
  const random = new Random(3);
  for (const activation of activations) {
    for (const elements of [1, 4, 7, 96]) {
      const [left, right] = [random.floats(3 * elements, 9), random.floats(3 * elements, 9)];
      const [gate, up, output] = [memory.floats(left), memory.floats(right), memory.allocate(3 * elements * 4 + 16)];
      runCall(memory, compileGated, { kernel: 'gated', leading: 'tokens', activation, gate, up, elements, output }, 3);
      memory.read(output, 3 * elements).forEach((value, index) => {
        const expected = functions[activation as UnaryFunction](left[index] as number) * (right[index] as number);
        expect(Math.abs(value - expected)).toBeLessThan(1e-6 * Math.max(10, Math.abs(expected)));
      });
    }
  }
});

test("gpt-oss's gate is bounded on both sides", async () => {
  const memory = await KernelMemory.create();
  const [left, right] = [[-20, -1, 3, 20], [1, -20, 20, 2]] as const;
  const [gate, up, output] = [memory.floats(left), memory.floats(right), memory.allocate(32)];
  runCall(memory, compileGated, { kernel: 'gated', leading: 'tokens', activation: 'swigluOai', gate, up, elements: 4, output }, 1);
  memory.read(output, 4).forEach((value, index) => {
    const [g, u] = [Math.min(left[index] as number, 7), Math.min(Math.max(right[index] as number, -7), 7)];
    expect(value).toBeCloseTo(g * sigmoid(1.702 * g) * (u + 1), 4);
  });
});

const binaries: Readonly<Record<BinaryFunction, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  minimum: Math.min,
  maximum: Math.max,
};

const shapes: readonly { readonly left: readonly number[]; readonly right: readonly number[]; readonly shared?: boolean }[] = [
  { left: [7], right: [7] },
  { left: [64], right: [64] },
  { left: [13], right: [1] },
  { left: [13], right: [13], shared: true },
  { left: [5, 6], right: [5, 1] },
  { left: [5, 1], right: [5, 9] },
  { left: [5, 6], right: [6] },
  { left: [1, 6], right: [5, 1] },
  { left: [2, 3, 4], right: [2, 1, 4] },
  { left: [2, 3, 4, 5], right: [3, 1, 5] },
  { left: [2, 1, 2, 1, 3], right: [1, 2, 1, 2, 1], shared: true },
];

test.each(shapes)('binary functions of $left and $right, shared: $shared', async ({ left, right, shared = false }) => {
  const memory = await KernelMemory.create();
  const random = new Random(9);
  const rows = 3;
  const rank = Math.max(left.length, right.length);
  const sizes = Array.from({ length: rank }, (_, axis) => Math.max(left[axis - rank + left.length] ?? 1, right[axis - rank + right.length] ?? 1));
  const count = sizes.reduce((product, size) => product * size, 1);
  const a = operand(left, false), b = operand(right, shared);
  for (const [name, expected] of Object.entries(binaries)) {
    const [leftAt, rightAt, output] = [memory.floats(a.values), memory.floats(b.values), memory.allocate(rows * count * 4 + 16)];
    runCall(memory, compileBinary, {
      kernel: 'binary', leading: 'tokens', function: name as BinaryFunction, left: leftAt, right: rightAt, leftLayout: a.layout,
      rightLayout: b.layout, sizes, output,
    }, rows);
    memory.read(output, rows * count).forEach((value, index) => expect(value).toBe(Math.fround(expected(a.at(index), b.at(index)))));
  }

  function operand(dimensions: readonly number[], none: boolean) {
    const elements = dimensions.reduce((product, size) => product * size, 1);
    const values = random.floats((none ? 1 : rows) * elements, 3).map((value) => value || 1);
    const strides = sizes.map((_, axis) => {
      const own = axis - rank + dimensions.length;
      return own < 0 || dimensions[own] === 1 ? 0 : dimensions.slice(own + 1).reduce((product, size) => product * size, 1);
    });
    const row = none ? 0 : elements;
    const at = (index: number): number => {
      let [rest, place] = [index % count, Math.floor(index / count) * row];
      for (let axis = rank - 1; axis >= 0; axis--) {
        place += (rest % (sizes[axis] as number)) * (strides[axis] as number);
        rest = Math.floor(rest / (sizes[axis] as number));
      }
      return values[place] as number;
    };
    return { values, at, layout: { begin: 0, row, strides } };
  }
});

test('scale, clip and bias', async () => {
  const memory = await KernelMemory.create();
  const x = new Random(3).floats(21, 20);
  const [input, output] = [memory.floats(x), memory.allocate(21 * 4 + 16)];
  const rows = { leading: 'tokens', input, elements: 7, output } as const;
  runCall(memory, compileScale, { kernel: 'scale', ...rows, factor: 3, offset: -1 }, 3);
  expect([...memory.read(output, 21)]).toEqual([...x].map((value) => Math.fround(Math.fround(3 * value) - 1)));
  runCall(memory, compileClip, { kernel: 'clip', ...rows, minimum: -Infinity, maximum: 2 }, 3);
  expect([...memory.read(output, 21)]).toEqual([...x].map((value) => Math.min(value, 2)));
  memory.kernels.addBias(input, memory.floats(x.subarray(0, 7)), 3, 7);
  expect([...memory.read(input, 21)]).toEqual([...x].map((value, index) => Math.fround(value + (x[index % 7] as number))));
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

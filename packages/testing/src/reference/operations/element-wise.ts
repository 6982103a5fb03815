import type { BinaryFunction, GatedActivation, UnaryFunction } from '@mlxengine/core/graph';
import { product, zerosLike, mapTensor, type Tensor } from '../tensor.js';
import type { Implementations } from '../operation-run.js';
import { erf } from './erf.js';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const silu = (x: number): number => x * sigmoid(x);
const gelu = (x: number): number => (x / 2) * (1 + erf(x / Math.SQRT2));
const geluTanh = (x: number): number => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
const relu = (x: number): number => Math.max(x, 0);
const relu2 = (x: number): number => relu(x) ** 2;

const unaryFunctions: Readonly<Record<UnaryFunction, (x: number) => number>> = {
  negative: (x) => -x,
  absolute: Math.abs,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  rsqrt: (x) => 1 / Math.sqrt(x),
  square: (x) => x * x,
  silu,
  gelu,
  geluTanh,
  geluFast: (x) => x * sigmoid(1.702 * x),
  relu,
  relu2,
  sigmoid,
  tanh: Math.tanh,
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
};

const binaryFunctions: Readonly<Record<BinaryFunction, (x: number, y: number) => number>> = {
  add: (x, y) => x + y,
  subtract: (x, y) => x - y,
  multiply: (x, y) => x * y,
  divide: (x, y) => x / y,
  minimum: Math.min,
  maximum: Math.max,
};

type Gate = (gate: number, up: number) => number;

const activated = (activation: (x: number) => number): Gate => (gate, up) => activation(gate) * up;

const swigluOai: Gate = (gate, up) => {
  const limited = Math.min(gate, 7);
  return limited * sigmoid(1.702 * limited) * (Math.min(Math.max(up, -7), 7) + 1);
};

const gates: Readonly<Record<GatedActivation, Gate>> = {
  silu: activated(silu),
  gelu: activated(gelu),
  geluTanh: activated(geluTanh),
  relu: activated(relu),
  relu2: activated(relu2),
  sigmoid: activated(sigmoid),
  swigluOai,
};

/** Arithmetic on elements. */
export const elementWise: Implementations<'unary' | 'binary' | 'scale' | 'clip' | 'gated'> = {
  unary: (operation, { value }) => mapTensor(value(operation.input), unaryFunctions[operation.function]),
  binary: (operation, { value }) => combine(value(operation.left), value(operation.right), binaryFunctions[operation.function]),
  scale: ({ input, factor, offset }, { value }) => mapTensor(value(input), (x) => factor * x + offset),
  clip: ({ input, minimum = -Infinity, maximum = Infinity }, { value }) => mapTensor(value(input), (x) => Math.min(Math.max(x, minimum), maximum)),
  gated: ({ gate, up, activation }, { value }) => combine(value(gate), value(up), gates[activation]),
};

/** Element by element, broadcast over trailing dimensions and over rows of a value that has none. */
function combine(left: Tensor, right: Tensor, compute: (x: number, y: number) => number): Tensor {
  const rank = Math.max(left.dimensions.length, right.dimensions.length);
  const [a, b] = [padShape(left, rank), padShape(right, rank)];
  const dimensions = a.map((size, axis) => (size === 1 ? b[axis] as number : size));
  const output = zerosLike(left.leading === 'none' ? right : left, dimensions);
  const [readLeft, readRight] = [reader(left, a, dimensions), reader(right, b, dimensions)];
  const size = product(dimensions);
  for (let row = 0; row < output.rows; row++) {
    for (let index = 0; index < size; index++) output.data[row * size + index] = compute(readLeft(row, index), readRight(row, index));
  }
  return output;
}

function padShape({ dimensions }: Tensor, rank: number): number[] {
  return [...Array.from({ length: rank - dimensions.length }, () => 1), ...dimensions];
}

/** Reads an element by its place in the larger shape. */
function reader({ leading, data }: Tensor, shape: readonly number[], dimensions: readonly number[]): (row: number, index: number) => number {
  const size = product(shape);
  return (row, index) => {
    let rest = index;
    let offset = 0;
    let stride = 1;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const length = dimensions[axis] as number;
      if (shape[axis] !== 1) offset += (rest % length) * stride;
      rest = Math.floor(rest / length);
      stride *= shape[axis] as number;
    }
    return data[(leading === 'none' ? 0 : row * size) + offset] as number;
  };
}

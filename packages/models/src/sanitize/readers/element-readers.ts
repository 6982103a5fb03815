import { decodeFloats, encodeFloats, roundFloat, roundFloats } from '../../tensors/floats.js';
import type { FloatDtype } from '../../tensors/floats.js';
import { bytesPerElement, product } from '../../tensors/dtype.js';
import { ComputedReader } from './computed-reader.js';
import { readAll } from './tensor-reader.js';
import type { TensorReader } from './tensor-reader.js';

/** A tensor of floats to compute with. */
export interface FloatInput {
  readonly reader: TensorReader;
  readonly dtype: FloatDtype;
  readonly shape: readonly number[];
}

/** What `affine` of a `TensorExpression` says. */
export interface AffineSettings {
  readonly factor: number;
  readonly offset: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** Floats `first` to `first + count` of a tensor. */
export async function readFloats({ reader, dtype }: FloatInput, first: number, count: number): Promise<Float32Array> {
  const bytes = new Uint8Array(count * bytesPerElement(dtype));
  await reader.read(first * bytesPerElement(dtype), bytes);
  return decodeFloats(dtype, bytes);
}

/** A tensor whose elements each follow from the same element of the input. */
function elementReader(input: FloatInput, dtype: FloatDtype, change: (values: Float32Array, first: number) => void | Promise<void>): TensorReader {
  const elementBytes = bytesPerElement(dtype);
  return new ComputedReader({
    unitBytes: elementBytes,
    elementBytes,
    async compute(first, count, into) {
      const values = await readFloats(input, first, count);
      await change(values, first);
      encodeFloats(dtype, values, into);
    },
  });
}

/** Numeric conversion. */
export function castReader(input: FloatInput, dtype: FloatDtype): TensorReader {
  return elementReader(input, dtype, () => undefined);
}

/** `factor · x + offset` between bounds, each step rounded to the dtype, numbers included: so MLX computes with Python's floats. */
export function affineReader(input: FloatInput, { factor, offset, minimum, maximum }: AffineSettings): TensorReader {
  const { dtype } = input;
  const [a, b, low, high] = [factor, offset, minimum, maximum].map((value) => roundFloat(dtype, value)) as [number, number, number, number];
  return elementReader(input, dtype, (values) => {
    if (a !== 1) for (let index = 0; index < values.length; index += 1) values[index] = (values[index] as number) * a;
    if (a !== 1 && b !== 0) roundFloats(dtype, values);
    if (b !== 0) for (let index = 0; index < values.length; index += 1) values[index] = (values[index] as number) + b;
    if (low !== -Infinity || high !== Infinity) clip(values, low, high);
  });
}

function clip(values: Float32Array, low: number, high: number): void {
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as number;
    values[index] = value < low ? low : value > high ? high : value;
  }
}

/** `x · y` with y broadcast to x; y is kept whole where it is smaller. */
export function multiplyReader(input: FloatInput, by: FloatInput): TensorReader {
  const same = product(by.shape) === product(input.shape);
  let factors: Float32Array | undefined;
  return elementReader(input, input.dtype, async (values, first) => {
    if (same) return scaleBy(values, await readFloats(by, first, values.length), (index) => index);
    factors ??= decodeFloats(by.dtype, await readAll(by.reader, product(by.shape) * bytesPerElement(by.dtype)));
    return scaleBy(values, factors, broadcastIndex(input.shape, by.shape, first));
  });
}

function scaleBy(values: Float32Array, factors: Float32Array, indexOf: (index: number) => number): void {
  for (let index = 0; index < values.length; index += 1) values[index] = (values[index] as number) * (factors[indexOf(index)] as number);
}

/** Index in the smaller tensor for elements of the larger one, asked for one after another from `first` on. */
function broadcastIndex(shape: readonly number[], smaller: readonly number[], first: number): () => number {
  const padded = [...Array<number>(shape.length - smaller.length).fill(1), ...smaller];
  const strides = padded.map((size, axis) => (size === 1 ? 0 : product(padded.slice(axis + 1))));
  const position = shape.map((size, axis) => Math.floor(first / product(shape.slice(axis + 1))) % size);
  let next = position.reduce((sum, at, axis) => sum + at * (strides[axis] as number), 0);
  return () => {
    const current = next;
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      const [at, stride] = [(position[axis] as number) + 1, strides[axis] as number];
      if (at < (shape[axis] as number)) {
        position[axis] = at;
        next += stride;
        break;
      }
      position[axis] = 0;
      next -= (at - 1) * stride;
    }
    return current;
  };
}


import type { TensorDtype } from '@mlxengine/core';
import type { SymbolicTensorData } from '../../src/sanitize/tensor-expression.js';

/** A whole tensor as numbers, row-major. */
export interface NaiveTensor {
  readonly dtype: TensorDtype;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

type Access = readonly [number, (view: DataView, at: number) => number, (view: DataView, at: number, value: number) => void];

/** Element types that the naive evaluator knows. */
export type NaiveDtype = 'U8' | 'U16' | 'U32' | 'F32';

const access: Readonly<Record<NaiveDtype, Access>> = {
  U8: [1, (view, at) => view.getUint8(at), (view, at, value) => view.setUint8(at, value)],
  U16: [2, (view, at) => view.getUint16(at, true), (view, at, value) => view.setUint16(at, value, true)],
  U32: [4, (view, at) => view.getUint32(at, true), (view, at, value) => view.setUint32(at, value, true)],
  F32: [4, (view, at) => view.getFloat32(at, true), (view, at, value) => view.setFloat32(at, value, true)],
};


export function decodeNaive(dtype: NaiveDtype, shape: readonly number[], bytes: Uint8Array): NaiveTensor {
  const [size, get] = access[dtype];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return { dtype, shape, values: Array.from({ length: bytes.length / size }, (_, index) => get(view, index * size)) };
}

export function encodeNaive({ dtype, values }: NaiveTensor): Uint8Array {
  const [size, , set] = access[dtype as NaiveDtype];
  const view = new DataView(new ArrayBuffer(values.length * size));
  for (const [index, value] of values.entries()) set(view, index * size, value);
  return new Uint8Array(view.buffer);
}

/** Evaluates an expression element by element, each by its coordinates; `call` is not known to it. */
export function evaluateNaive(data: SymbolicTensorData, sources: ReadonlyMap<string, NaiveTensor>): NaiveTensor {
  const { dtype, shape, expression } = data;
  const of = (input: SymbolicTensorData): NaiveTensor => evaluateNaive(input, sources);
  const each = (element: (position: readonly number[]) => number): NaiveTensor => ({ dtype, shape, values: positions(shape).map(element) });
  switch (expression.type) {
    case 'source': return { ...(sources.get(expression.tensor.name) as NaiveTensor), shape };
    case 'reshape': return { dtype, shape, values: of(expression.input).values };
    case 'bitcast': return decodeNaive(dtype as NaiveDtype, shape, encodeNaive(of(expression.input)));
    case 'cast': return { dtype, shape, values: of(expression.input).values };
    case 'slice': {
      const [input, { axis, start, step }] = [of(expression.input), expression];
      return each((position) => at(input, position.with(axis, start + step * (position[axis] as number))));
    }
    case 'concat': return concat(expression.inputs.map(of), expression.axis, each);
    case 'transpose': {
      const [input, { permutation }] = [of(expression.input), expression];
      return each((position) => at(input, permutation.map((_, axis) => position[permutation.indexOf(axis)] as number)));
    }
    case 'affine': {
      // An offset of zero is no addition, which would make 0 of -0.
      const { factor, offset, minimum, maximum } = expression;
      return { dtype, shape, values: of(expression.input).values.map((value) => Math.min(Math.max(offset === 0 ? value * factor : value * factor + offset, minimum), maximum)) };
    }
    case 'multiply': {
      const [input, by] = [of(expression.input), of(expression.by)];
      return each((position) => at(input, position) * at(by, position.slice(shape.length - by.shape.length).map((place, axis) => (by.shape[axis] === 1 ? 0 : place))));
    }
    case 'call': throw new Error('not known to the naive evaluator');
  }
}

function concat(inputs: readonly NaiveTensor[], axis: number, each: (element: (position: readonly number[]) => number) => NaiveTensor): NaiveTensor {
  return each((position) => {
    let place = position[axis] as number;
    for (const input of inputs) {
      const size = input.shape[axis] as number;
      if (place < size) return at(input, position.with(axis, place));
      place -= size;
    }
    return NaN;
  });
}

function at({ shape, values }: NaiveTensor, position: readonly number[]): number {
  return values[position.reduce((index, place, axis) => index * (shape[axis] as number) + place, 0)] as number;
}

function positions(shape: readonly number[]): (readonly number[])[] {
  return shape.reduce<(readonly number[])[]>((found, size) => found.flatMap((start) => Array.from({ length: size }, (_, place) => [...start, place])), [[]]);
}

import { CheckpointError } from '@mlxengine/core';
import { formatShape, isFloatDtype } from '../../tensors/dtype.js';
import type { FloatInput } from '../readers/element-readers.js';
import type { TensorReader } from '../readers/tensor-reader.js';
import type { SymbolicTensorData } from '../tensor-expression.js';

/** A call of a function as an expression holds it, with the tensor that it makes. */
export interface FunctionCall {
  readonly function: string;
  readonly inputs: readonly SymbolicTensorData[];
  readonly settings: Readonly<Record<string, number | string>>;
  readonly output: Pick<SymbolicTensorData, 'dtype' | 'shape'>;
}

/** A computation on whole tensors. */
export interface FunctionDefinition {
  /** @throws `CheckpointError` where inputs, settings and output do not belong together */
  check(call: FunctionCall): void;
  /** @param readers - of the inputs */
  open(call: FunctionCall, readers: readonly TensorReader[]): TensorReader;
}

/** Throws where something does not fit. */
export function expectFit(call: FunctionCall, fits: boolean, expected: string): void {
  if (fits) return;
  const found = [...call.inputs, call.output].map(({ dtype, shape }) => `${dtype} ${formatShape(shape)}`).join(', ');
  throw new CheckpointError('checkpoint.rewrite-misfit', { operation: call.function, expected, found: `${found} ${JSON.stringify(call.settings)}` });
}

/** An input of floats; `check` has seen that it is one. */
export function floatInput({ dtype, shape }: SymbolicTensorData, reader: TensorReader): FloatInput {
  return { reader, shape, dtype: isFloatDtype(dtype) ? dtype : 'F32' };
}

/** A setting that is a number. */
export function numberSetting({ settings }: FunctionCall, name: string, fallback: number = NaN): number {
  const value = settings[name] ?? fallback;
  return typeof value === 'number' ? value : NaN;
}

/** Whether two shapes are the same. */
export function sameShape(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((size, axis) => size === right[axis]);
}

import { CheckpointError } from '@mlxengine/core';
import { bytesPerElement, formatShape, isFloatDtype, product } from '../../tensors/dtype.js';
import type { FloatDtype } from '../../tensors/floats.js';
import { tensorFunctions } from '../functions/tensor-functions.js';
import { locate } from '../locate.js';
import type { SymbolicTensorData, TensorExpression } from '../tensor-expression.js';
import { ConcatReader } from './concat-reader.js';
import { affineReader, castReader, multiplyReader } from './element-readers.js';
import type { FloatInput } from './element-readers.js';
import { SliceReader } from './slice-reader.js';
import { SourceReader } from './source-reader.js';
import type { ReadContext } from './source-reader.js';
import type { TensorReader } from './tensor-reader.js';
import { transposeLayout } from './transpose-layout.js';
import { transposeReader } from './transpose-reader.js';

type Expression<Type extends TensorExpression['type']> = Extract<TensorExpression, { readonly type: Type }>;

/** A reader of a tensor, file's or derived. What it holds beyond the memory that it fills is small, but for axes in another order. */
export function openTensor(data: SymbolicTensorData, context: ReadContext): TensorReader {
  const located = locate(data);
  if (located !== undefined) return new SourceReader(located, context);
  const { expression } = data;
  switch (expression.type) {
    case 'source': return new SourceReader(expression.tensor, context);
    case 'reshape': case 'bitcast': return openTensor(expression.input, context);
    case 'slice': return openSlice(expression, context);
    case 'concat': return openConcat(expression, context);
    case 'transpose': return openTranspose(expression, context);
    case 'cast': return castReader(openFloats(expression.input, context), data.dtype as FloatDtype);
    case 'affine': return affineReader(openFloats(expression.input, context), expression);
    case 'multiply': return multiplyReader(openFloats(expression.input, context), openFloats(expression.by, context));
    case 'call': {
      const call = { ...expression, output: data };
      return tensorFunctions[expression.function].open(call, expression.inputs.map((input) => openTensor(input, context)));
    }
  }
}

function openFloats(data: SymbolicTensorData, context: ReadContext): FloatInput {
  const { dtype, shape } = data;
  if (isFloatDtype(dtype)) return { reader: openTensor(data, context), dtype, shape };
  throw new CheckpointError('checkpoint.rewrite-misfit', { operation: 'arithmetic', expected: 'F32 | F16 | BF16', found: `${dtype} ${formatShape(shape)}` });
}

function openSlice({ input, axis, start, end, step }: Expression<'slice'>, context: ReadContext): TensorReader {
  const innerBytes = product(input.shape.slice(axis + 1)) * bytesPerElement(input.dtype);
  const rowBytes = (input.shape[axis] as number) * innerBytes;
  return new SliceReader(openTensor(input, context), { rowBytes, innerBytes, start, step, count: Math.ceil((end - start) / step) });
}

function openConcat({ inputs, axis }: Expression<'concat'>, context: ReadContext): TensorReader {
  const rows = product(inputs[0]?.shape.slice(0, axis) ?? []);
  const parts = inputs.map((input) => ({
    rowBytes: product(input.shape.slice(axis)) * bytesPerElement(input.dtype), open: () => openTensor(input, context),
  }));
  return new ConcatReader(parts, rows);
}

function openTranspose({ input, permutation }: Expression<'transpose'>, context: ReadContext): TensorReader {
  const layout = transposeLayout(input.shape, permutation);
  const reader = openTensor(input, context);
  return layout.permutation.length === 0 ? reader : transposeReader(reader, layout, bytesPerElement(input.dtype));
}

import type { LocatedTensor } from '../checkpoint/located-tensor.js';
import { bytesPerElement, product } from '../tensors/dtype.js';
import { transposeLayout } from './readers/transpose-layout.js';
import type { SymbolicTensorData } from './tensor-expression.js';

/** Where a tensor lies as it is in one file: renamed, reshaped, or a part along its first axis; `undefined` where it is computed. */
export function locate(data: SymbolicTensorData): LocatedTensor | undefined {
  const place = placeOf(data);
  return place && { ...place, dtype: data.dtype, shape: data.shape, byteLength: product(data.shape) * bytesPerElement(data.dtype) };
}

type Place = Pick<LocatedTensor, 'name' | 'file' | 'byteOffset'>;

function placeOf({ expression }: SymbolicTensorData): Place | undefined {
  switch (expression.type) {
    case 'source': return expression.tensor;
    case 'reshape': case 'bitcast': return placeOf(expression.input);
    case 'concat': return expression.inputs.length === 1 ? placeOf(expression.inputs[0] as SymbolicTensorData) : undefined;
    case 'transpose': return transposeLayout(expression.input.shape, expression.permutation).permutation.length === 0 ? placeOf(expression.input) : undefined;
    case 'slice': {
      const { input, axis, start, end, step } = expression;
      const oneRun = product(input.shape.slice(0, axis)) === 1 && (step === 1 || end - start <= step);
      const place = oneRun ? placeOf(input) : undefined;
      return place && { ...place, byteOffset: place.byteOffset + start * product(input.shape.slice(axis + 1)) * bytesPerElement(input.dtype) };
    }
    case 'cast': case 'affine': case 'multiply': case 'call': return undefined;
  }
}

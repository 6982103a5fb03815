import { bytesPerElement, isFloatDtype } from '../../tensors/dtype.js';
import { encodeFloats } from '../../tensors/floats.js';
import type { FloatDtype } from '../../tensors/floats.js';
import { ComputedReader } from '../readers/computed-reader.js';
import { readFloats } from '../readers/element-readers.js';
import type { FloatInput } from '../readers/element-readers.js';
import type { TensorReader } from '../readers/tensor-reader.js';
import type { SymbolicTensorData } from '../tensor-expression.js';
import { expectFit, floatInput, sameShape } from './function-definition.js';
import type { FunctionDefinition } from './function-definition.js';

const epsilon = 1e-7;

/** Each column of `[out, in]` divided by its Euclidean norm plus 1e-7, in two passes over the input. */
export const normalizeColumns: FunctionDefinition = {
  check(call) {
    const [input, ...rest] = call.inputs;
    const fits = input !== undefined && rest.length === 0 && isFloatDtype(input.dtype) && input.shape.length === 2
      && call.output.dtype === input.dtype && sameShape(call.output.shape, input.shape);
    expectFit(call, fits, 'floats [out, in]');
  },
  open(call, [reader]) {
    const input = floatInput(call.inputs[0] as SymbolicTensorData, reader as TensorReader);
    const dtype = call.output.dtype as FloatDtype;
    const columns = call.output.shape[1] as number;
    let norms: Float32Array | undefined;
    return new ComputedReader({
      unitBytes: columns * bytesPerElement(dtype),
      elementBytes: bytesPerElement(dtype),
      async compute(first, count, into) {
        norms ??= await columnNorms(input);
        const values = await readFloats(input, first * columns, count * columns);
        for (let index = 0; index < values.length; index += 1) values[index] = (values[index] as number) / (norms[index % columns] as number);
        encodeFloats(dtype, values, into);
      },
    });
  },
};

async function columnNorms(input: FloatInput): Promise<Float32Array> {
  const [rows, columns] = input.shape as readonly [number, number];
  const squares = new Float64Array(columns);
  const step = Math.max(1, Math.floor(2 ** 20 / columns));
  for (let row = 0; row < rows; row += step) {
    const values = await readFloats(input, row * columns, Math.min(step, rows - row) * columns);
    for (let index = 0; index < values.length; index += 1) squares[index % columns] = (squares[index % columns] as number) + (values[index] as number) ** 2;
  }
  return Float32Array.from(squares, (square) => Math.fround(Math.sqrt(square)) + epsilon);
}

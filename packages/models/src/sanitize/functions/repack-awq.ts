import { isFloatDtype } from '../../tensors/dtype.js';
import { encodeFloats } from '../../tensors/floats.js';
import type { FloatDtype } from '../../tensors/floats.js';
import { ComputedReader } from '../readers/computed-reader.js';
import { readAll } from '../readers/tensor-reader.js';
import { readFloats } from '../readers/element-readers.js';
import type { TensorReader } from '../readers/tensor-reader.js';
import type { SymbolicTensorData } from '../tensor-expression.js';
import { expectFit, floatInput, sameShape } from './function-definition.js';
import type { FunctionCall, FunctionDefinition } from './function-definition.js';

/** Where AutoAWQ puts each of eight neighbouring outputs in a word. */
const shifts: readonly number[] = [0, 4, 1, 5, 2, 6, 3, 7].map((place) => 4 * place);

/**
 * AutoAWQ's 4-bit tensors as affine. `part` `weight`: qweight I32 `[in, out / 8]` to U32 `[out, in / 8]`; `biases`: qzeros I32
 * `[groups, out / 8]` and scales `[groups, out]` to `-zero · scale`, `[out, groups]`. Source: mlx-lm `_transform_awq_weights`.
 */
export const repackAwq: FunctionDefinition = {
  check(call) {
    const [packed, scales] = call.inputs;
    const [rows = 0, words = 0] = packed?.shape ?? [];
    const { dtype, shape } = call.output;
    const packedFits = packed?.shape.length === 2 && (packed.dtype === 'I32' || packed.dtype === 'U32');
    const fits = call.settings['part'] === 'weight'
      ? call.inputs.length === 1 && dtype === 'U32' && rows % 8 === 0 && sameShape(shape, [8 * words, rows / 8])
      : call.settings['part'] === 'biases' && call.inputs.length === 2 && scales?.dtype === dtype && isFloatDtype(dtype)
        && sameShape(scales.shape, [rows, 8 * words]) && sameShape(shape, [8 * words, rows]);
    expectFit(call, packedFits && fits, 'I32 qweight [in, out / 8], or I32 qzeros [groups, out / 8] and scales [groups, out]');
  },
  open(call, [packed, scales]) {
    const words = readWords(call, packed as TensorReader);
    return call.settings['part'] === 'weight' ? weightReader(call, words) : biasReader(call, words, scales as TensorReader);
  },
};

function readWords({ inputs: [packed] }: FunctionCall, reader: TensorReader): () => Promise<Uint32Array> {
  const [rows = 0, columns = 0] = packed?.shape ?? [];
  let words: Uint32Array | undefined;
  return async () => (words ??= new Uint32Array((await readAll(reader, rows * columns * 4)).buffer));
}

function weightReader({ inputs: [packed] }: FunctionCall, words: () => Promise<Uint32Array>): TensorReader {
  const [rows = 0, columns = 0] = packed?.shape ?? [];
  return new ComputedReader({
    unitBytes: rows / 2,
    elementBytes: 4,
    async compute(first, count, into) {
      const source = await words();
      const target = new Uint32Array(into.buffer, into.byteOffset, into.length / 4);
      for (let index = 0; index < target.length; index += 1) {
        const output = first + Math.floor(index / (rows / 8));
        const input = 8 * (index % (rows / 8));
        const shift = shifts[output % 8] as number;
        let word = 0;
        for (let place = 0; place < 8; place += 1) {
          word |= (((source[(input + place) * columns + (output >> 3)] as number) >>> shift) & 15) << (4 * place);
        }
        target[index] = word;
      }
    },
  });
}

function biasReader(call: FunctionCall, words: () => Promise<Uint32Array>, scales: TensorReader): TensorReader {
  const [groups = 0, columns = 0] = call.inputs[0]?.shape ?? [];
  const dtype = call.output.dtype as FloatDtype;
  const outputs = 8 * columns;
  return new ComputedReader({
    unitBytes: outputs * groups * (dtype === 'F32' ? 4 : 2),
    elementBytes: dtype === 'F32' ? 4 : 2,
    async compute(_first, _count, into) {
      const zeros = await words();
      const scale = await readFloats(floatInput(call.inputs[1] as SymbolicTensorData, scales), 0, groups * outputs);
      const biases = new Float32Array(outputs * groups);
      for (let index = 0; index < biases.length; index += 1) {
        const [output, group] = [Math.floor(index / groups), index % groups];
        const zero = ((zeros[group * columns + (output >> 3)] as number) >>> (shifts[output % 8] as number)) & 15;
        biases[index] = -zero * (scale[group * outputs + output] as number);
      }
      encodeFloats(dtype, biases, into);
    },
  });
}

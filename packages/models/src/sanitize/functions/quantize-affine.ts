import { bytesPerElement, isFloatDtype } from '../../tensors/dtype.js';
import { encodeFloats } from '../../tensors/floats.js';
import type { FloatDtype } from '../../tensors/floats.js';
import { ComputedReader } from '../readers/computed-reader.js';
import { readFloats } from '../readers/element-readers.js';
import type { TensorReader } from '../readers/tensor-reader.js';
import type { SymbolicTensorData } from '../tensor-expression.js';
import { affineFormat, affineShapes, packBits } from './affine-groups.js';
import type { AffineFormat } from './affine-groups.js';
import { expectFit, floatInput, sameShape } from './function-definition.js';
import type { FunctionDefinition } from './function-definition.js';

/** Smallest scale. */
const smallest = Math.fround(1e-7);
/** Doubles around here are whole. */
const integersFrom = 1.5 * 2 ** 52;

/** One of the three tensors that `mx.quantize` makes; which one is the setting `part`. */
export const quantizeAffine: FunctionDefinition = {
  check(call) {
    const [input, ...rest] = call.inputs;
    const format = affineFormat(call);
    const shapes = input && format && affineShapes(input.shape, format);
    const { part } = call.settings;
    const expected = part === 'weight' ? shapes?.weight : part === 'scales' || part === 'biases' ? shapes?.groups : undefined;
    const fits = input !== undefined && rest.length === 0 && isFloatDtype(input.dtype) && expected !== undefined && sameShape(expected, call.output.shape)
      && expected.every((size) => Number.isSafeInteger(size)) && call.output.dtype === (part === 'weight' ? 'U32' : input.dtype)
      && (input.shape.at(-1) ?? 0) % (format?.groupSize ?? 1) === 0;
    expectFit(call, fits, 'floats […, in], bits, groupSize and part (weight, scales, biases)');
  },
  open(call, [reader]) {
    const input = floatInput(call.inputs[0] as SymbolicTensorData, reader as TensorReader);
    const { bits, groupSize } = affineFormat(call) as AffineFormat;
    const { part } = call.settings;
    const { dtype } = call.output;
    const floatBytes = bytesPerElement(input.dtype);
    return new ComputedReader({
      unitBytes: part === 'weight' ? (groupSize * bits) / 8 : floatBytes,
      elementBytes: bytesPerElement(dtype),
      async compute(first, count, into) {
        // Fewer groups at a time where a group gives but one scale, so that what is read for it stays small, too.
        const step = Math.min(count, Math.ceil(2 ** 20 / groupSize));
        for (let done = 0; done < count; done += step) {
          const groups = Math.min(step, count - done);
          const values = await readFloats(input, (first + done) * groupSize, groups * groupSize);
          const target = into.subarray((done * into.length) / count, ((done + groups) * into.length) / count);
          if (part === 'weight') packBits(levelsOf(values, { bits, groupSize }), bits, target.fill(0));
          else encodeFloats(dtype as FloatDtype, fieldOf(values, { bits, groupSize }, part === 'scales' ? 'scale' : 'bias'), target);
        }
      },
    });
  },
};

interface GroupRange {
  readonly scale: number;
  readonly bias: number;
}

/** The edge of greater magnitude becomes the bias and is met exactly; all in float32. Source: MLX `quantize`. */
function rangeOf(values: Float32Array, begin: number, { bits, groupSize }: AffineFormat): GroupRange {
  let [low, high] = [Infinity, -Infinity];
  for (let index = begin; index < begin + groupSize; index += 1) {
    const value = values[index] as number;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const fromLow = Math.abs(low) > Math.abs(high);
  const width = Math.max(Math.fround(Math.fround(high - low) / (2 ** bits - 1)), smallest);
  const scale = fromLow ? width : -width;
  const edge = fromLow ? low : high;
  const steps = roundToEven(Math.fround(edge / scale));
  return steps === 0 ? { scale, bias: 0 } : { scale: Math.fround(edge / steps), bias: edge };
}

function levelsOf(values: Float32Array, format: AffineFormat): Uint8Array {
  const { bits, groupSize } = format;
  const levels = new Uint8Array(values.length);
  const greatest = 2 ** bits - 1;
  for (let begin = 0; begin < values.length; begin += groupSize) {
    const { scale, bias } = rangeOf(values, begin, format);
    for (let index = begin; index < begin + groupSize; index += 1) {
      const level = roundToEven(Math.fround(Math.fround((values[index] as number) - bias) / scale));
      levels[index] = level < 0 ? 0 : level > greatest ? greatest : level;
    }
  }
  return levels;
}

function fieldOf(values: Float32Array, format: AffineFormat, field: keyof GroupRange): Float32Array {
  return Float32Array.from({ length: values.length / format.groupSize }, (_, group) => rangeOf(values, group * format.groupSize, format)[field]);
}

/** Nearest integer, ties to even: what is left where a double has no bits for a fraction. */
function roundToEven(value: number): number {
  return value + integersFrom - integersFrom;
}

import { InvalidArgumentError, type Quantization } from '@mlxengine/core';
import { decodeFloats, encodeFloats, type FloatDtype, type TensorWithBytes } from './dense-tensor.js';

/** The three tensors of a quantized weight, in MLX's layout. */
export interface QuantizedTensors {
  readonly weight: TensorWithBytes;
  readonly scales: TensorWithBytes;
  readonly biases: TensorWithBytes;
}

/**
 * Quantizes a matrix or a stack: each group's smallest value becomes the bias and its range is divided evenly.
 * @param shape - `[…, in]`, with `in` a multiple of the group size
 * @param dtype - format of scales and biases
 */
export function quantizeAffine(
  path: string,
  shape: readonly number[],
  values: Float32Array,
  { bits, groupSize }: Quantization,
  dtype: FloatDtype,
): QuantizedTensors {
  const [outer, columns] = [shape.slice(0, -1), shape.at(-1) ?? 0];
  const levels = 2 ** bits - 1;
  const groups = Array.from({ length: values.length / groupSize }, (_, group) =>
    values.subarray(group * groupSize, (group + 1) * groupSize));
  const groupShape = [...outer, columns / groupSize];
  const floats = (name: string, choose: (group: Float32Array) => number): TensorWithBytes =>
    encodeFloats(`${path}.${name}`, dtype, groupShape, Float32Array.from(groups, choose));
  const scales = floats('scales', (group) => (Math.max(...group) - Math.min(...group)) / levels);
  const biases = floats('biases', (group) => Math.min(...group));
  // Levels are chosen for the rounded scale and bias, which are all that a reader has.
  const scale = decodeFloats(dtype, scales.bytes);
  const bias = decodeFloats(dtype, biases.bytes);
  const quantized = values.map((value, index) => {
    const group = Math.floor(index / groupSize);
    const step = scale[group] ?? 0;
    return step === 0 ? 0 : Math.min(levels, Math.max(0, Math.round((value - (bias[group] ?? 0)) / step)));
  });
  const bytes = packBits(quantized, columns, bits);
  return { weight: { name: `${path}.weight`, dtype: 'U32', shape: [...outer, (columns * bits) / 32], bytes }, scales, biases };
}

/** Values of a quantized weight: `q * scale + bias`. */
export function dequantizeAffine({ weight, scales, biases }: QuantizedTensors, { bits, groupSize }: Quantization): Float32Array {
  const scale = decodeFloats(scales.dtype, scales.bytes);
  const bias = decodeFloats(biases.dtype, biases.bytes);
  const count = scale.length * groupSize;
  const values = new Float32Array(count);
  const mask = 2 ** bits - 1;
  for (let index = 0; index < count; index++) {
    // Rows are whole words, so the whole matrix is one bit stream, least significant bit first.
    const bit = index * bits;
    const low = weight.bytes[bit >>> 3] ?? 0;
    const high = weight.bytes[(bit >>> 3) + 1] ?? 0;
    const level = ((low | (high << 8)) >>> (bit & 7)) & mask;
    const group = Math.floor(index / groupSize);
    values[index] = level * (scale[group] ?? 0) + (bias[group] ?? 0);
  }
  return values;
}

function packBits(levels: Float32Array, columns: number, bits: number): Uint8Array {
  const bytes = new Uint8Array((levels.length * bits) / 8);
  if ((columns * bits) % 32 !== 0) {
    throw new InvalidArgumentError('argument.out-of-range', { name: 'columns', found: columns, expected: `whole words of ${bits} bits` });
  }
  levels.forEach((level, index) => {
    const bit = index * bits;
    const shifted = level << (bit & 7);
    bytes[bit >>> 3] = (bytes[bit >>> 3] ?? 0) | (shifted & 0xff);
    if (shifted > 0xff) bytes[(bit >>> 3) + 1] = shifted >>> 8;
  });
  return bytes;
}

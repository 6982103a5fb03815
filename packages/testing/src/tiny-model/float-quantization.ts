import type { Quantization } from '@mlxengine/core';
import { encodeFloats, type TensorWithBytes } from './dense-tensor.js';

/** Positive values of E2M1 by their three lower bits. */
const e2m1 = [0, 0.5, 1, 1.5, 2, 3, 4, 6] as const;
/** What a matrix's global scale is divided by: the greatest E4M3 times the greatest E2M1. */
const globalScaleUnit = 448 * 6;

/** A weight of quantized floats: packed values, a byte of scale a group, and nvfp4's global scales. */
export interface FloatQuantizedBytes {
  readonly weight: Uint8Array;
  readonly scales: Uint8Array;
  /** One for each matrix; absent: none. */
  readonly globalScales?: Float32Array | undefined;
}

/** Value of an E4M3's bits: no infinities. */
function fromE4M3(bits: number): number {
  const sign = bits & 0x80 ? -1 : 1;
  const exponent = (bits >>> 3) & 15;
  const mantissa = bits & 7;
  if ((bits & 0x7f) === 0x7f) return NaN;
  return exponent === 0 ? sign * mantissa * 2 ** -9 : sign * (8 + mantissa) * 2 ** (exponent - 10);
}

/** Value of an E2M1's bits. */
function fromE2M1(bits: number): number {
  return (bits & 8 ? -1 : 1) * (e2m1[bits & 7] as number);
}

/** Value of a group's scale. */
function floatScale(bits: number, { mode }: Quantization): number {
  return mode === 'nvfp4' ? fromE4M3(bits) : 2 ** (bits - 127);
}

/** Values of a weight of quantized floats: `value · scale`, of nvfp4 also `· globalScale / 2688`. */
export function dequantizeFloats({ weight, scales, globalScales }: FloatQuantizedBytes, quantization: Quantization): Float32Array {
  const { groupSize } = quantization;
  const count = scales.length * groupSize;
  const perMatrix = count / (globalScales?.length ?? 1);
  return Float32Array.from({ length: count }, (_, index) => {
    const factor = globalScales === undefined ? 1 : (globalScales[Math.floor(index / perMatrix)] as number) / globalScaleUnit;
    return codeValue(weight, index, quantization) * floatScale(scales[Math.floor(index / groupSize)] ?? 0, quantization) * factor;
  });
}

function codeValue(weight: Uint8Array, index: number, { bits }: Quantization): number {
  return bits === 8 ? fromE4M3(weight[index] ?? 0) : fromE2M1((weight[index >>> 1] ?? 0) >>> ((index & 1) * 4));
}

/** A matrix of quantized floats before its scales are in its values: what sums in bfloat16 are made of. */
export interface GroupedFloats {
  /** Row by row. */
  readonly values: Float32Array;
  /** One a group. */
  readonly scales: Float32Array;
  readonly groupSize: number;
  /** By the global scale; 1 without one. */
  readonly factor: number;
}

/** Values and scales of a matrix of quantized floats, apart. */
export function groupedFloats({ weight, scales, globalScales }: FloatQuantizedBytes, quantization: Quantization): GroupedFloats {
  const { groupSize } = quantization;
  return {
    values: Float32Array.from({ length: scales.length * groupSize }, (_, index) => codeValue(weight, index, quantization)),
    scales: Float32Array.from(scales, (bits) => floatScale(bits, quantization)),
    groupSize,
    factor: globalScales === undefined ? 1 : (globalScales[0] as number) / globalScaleUnit,
  };
}

/** The tensors of a weight of quantized floats, in MLX's layout. */
export interface FloatQuantizedTensors {
  readonly weight: TensorWithBytes;
  readonly scales: TensorWithBytes;
  readonly globalScale?: TensorWithBytes;
}

/**
 * Quantizes a matrix or a stack to floats: a group's scale maps its largest value near the largest of the format.
 * @param shape - `[…, in]`, with `in` a multiple of the group size
 */
export function quantizeFloats(path: string, shape: readonly number[], values: Float32Array, quantization: Quantization): FloatQuantizedTensors {
  const { mode, bits, groupSize, globalScale } = quantization;
  const [outer, columns] = [shape.slice(0, -1), shape.at(-1) ?? 0];
  const globalScales = globalScale === true ? chunkMaxima(values, shape.length === 3 ? values.length / (shape[0] as number) : values.length) : undefined;
  const factorOf = (index: number): number =>
    globalScales === undefined ? 1 : (globalScales[Math.floor((index * globalScales.length) / values.length)] as number) / globalScaleUnit;
  const largest = bits === 8 ? 448 : 6;
  const scales = Uint8Array.from(chunkMaxima(values, groupSize), (maximum, group) => {
    const exact = maximum / factorOf(group * groupSize) / largest;
    return mode === 'nvfp4' ? nearest(e4m3Values, exact) : Math.min(254, Math.max(0, Math.ceil(Math.log2(exact || 2 ** -127)) + 127));
  });
  const table = bits === 8 ? e4m3Values : e2m1Values;
  const codes = Uint8Array.from(values, (value, index) => {
    const scale = floatScale(scales[Math.floor(index / groupSize)] ?? 0, quantization) * factorOf(index);
    return scale === 0 ? 0 : nearest(table, value / scale);
  });
  const bytes = bits === 8 ? codes : Uint8Array.from({ length: codes.length / 2 }, (_, index) => (codes[2 * index] ?? 0) | ((codes[2 * index + 1] ?? 0) << 4));
  return {
    weight: { name: `${path}.weight`, dtype: 'U32', shape: [...outer, (columns * bits) / 32], bytes },
    scales: { name: `${path}.scales`, dtype: 'U8', shape: [...outer, columns / groupSize], bytes: scales },
    ...(globalScales && { globalScale: encodeFloats(`${path}.global_scale`, 'F32', shape.slice(0, shape.length - 2), globalScales) }),
  };
}

const e2m1Values: readonly number[] = Array.from({ length: 16 }, (_, bits) => fromE2M1(bits));
const e4m3Values: readonly number[] = Array.from({ length: 256 }, (_, bits) => fromE4M3(bits));

/** Bits of the nearest value of a table. */
function nearest(table: readonly number[], value: number): number {
  let best = 0;
  for (const [bits, candidate] of table.entries()) {
    if (Math.abs(candidate - value) < Math.abs((table[best] as number) - value)) best = bits;
  }
  return best;
}

function chunkMaxima(values: Float32Array, size: number): Float32Array {
  return Float32Array.from({ length: values.length / size }, (_, chunk) =>
    values.subarray(chunk * size, (chunk + 1) * size).reduce((largest, value) => Math.max(largest, Math.abs(value)), 0));
}

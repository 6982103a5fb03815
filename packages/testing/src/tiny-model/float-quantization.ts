import type { Quantization } from '@mlxengine/core';

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
export function fromE4M3(bits: number): number {
  const sign = bits & 0x80 ? -1 : 1;
  const exponent = (bits >>> 3) & 15;
  const mantissa = bits & 7;
  if ((bits & 0x7f) === 0x7f) return NaN;
  return exponent === 0 ? sign * mantissa * 2 ** -9 : sign * (8 + mantissa) * 2 ** (exponent - 10);
}

/** Value of an E2M1's bits. */
export function fromE2M1(bits: number): number {
  return (bits & 8 ? -1 : 1) * (e2m1[bits & 7] as number);
}

/** Value of a group's scale. */
export function floatScale(bits: number, { mode }: Quantization): number {
  return mode === 'nvfp4' ? fromE4M3(bits) : 2 ** (bits - 127);
}

/** Values of a weight of quantized floats: `value · scale`, of nvfp4 also `· globalScale / 2688`. */
export function dequantizeFloats({ weight, scales, globalScales }: FloatQuantizedBytes, quantization: Quantization): Float32Array {
  const { bits, groupSize } = quantization;
  const count = scales.length * groupSize;
  const perMatrix = count / (globalScales?.length ?? 1);
  return Float32Array.from({ length: count }, (_, index) => {
    const value = bits === 8 ? fromE4M3(weight[index] ?? 0) : fromE2M1((weight[index >>> 1] ?? 0) >>> ((index & 1) * 4));
    const factor = globalScales === undefined ? 1 : (globalScales[Math.floor(index / perMatrix)] as number) / globalScaleUnit;
    return value * floatScale(scales[Math.floor(index / groupSize)] ?? 0, quantization) * factor;
  });
}

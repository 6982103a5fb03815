import type { TensorDtype } from '@mlxengine/core';
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from './float-formats.js';

/** Floating-point formats of tensors in a checkpoint. */
export type FloatDtype = Extract<TensorDtype, 'F32' | 'F16' | 'BF16'>;

/** One tensor with its bytes, little-endian, row-major. */
export interface TensorWithBytes {
  readonly name: string;
  readonly dtype: TensorDtype;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** Rounds values to a format and packs them. */
export function encodeFloats(name: string, dtype: FloatDtype, shape: readonly number[], values: Float32Array): TensorWithBytes {
  const packed = dtype === 'F32' ? values : Uint16Array.from(values, dtype === 'F16' ? toFloat16 : toBfloat16);
  return { name, dtype, shape, bytes: new Uint8Array(packed.buffer, packed.byteOffset, packed.byteLength) };
}

/** Values of packed floats. The bytes need no alignment. */
export function decodeFloats(dtype: TensorDtype, bytes: Uint8Array): Float32Array {
  const { buffer } = bytes.slice();
  if (dtype === 'F16') return Float32Array.from(new Uint16Array(buffer), fromFloat16);
  if (dtype === 'BF16') return Float32Array.from(new Uint16Array(buffer), fromBfloat16);
  return new Float32Array(buffer);
}

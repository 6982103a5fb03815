import type { ElementType } from '../../src/kernels/element-type.js';

/** Bytes of floats in an element type, and the values that they stand for. */
export function encodeFloats(values: Float32Array, type: ElementType): { readonly bytes: Uint8Array; readonly values: Float32Array } {
  if (type === 'F32') return { bytes: new Uint8Array(values.buffer.slice(0)), values };
  const words = Uint16Array.from(values, type === 'F16' ? toHalf : toBrain);
  return { bytes: new Uint8Array(words.buffer), values: Float32Array.from(words, type === 'F16' ? fromHalf : fromBrain) };
}

function bitsOf(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0] as number;
}

function toBrain(value: number): number {
  return bitsOf(value) >>> 16;
}

function fromBrain(word: number): number {
  return new Float32Array(Uint32Array.of(word << 16).buffer)[0] as number;
}

function toHalf(value: number): number {
  const sign = value < 0 ? 0x8000 : 0;
  const size = Math.min(Math.abs(value), 65504);
  if (size < 2 ** -14) return sign | Math.round(size * 2 ** 24);
  const exponent = Math.floor(Math.log2(size));
  const mantissa = Math.round((size / 2 ** exponent - 1) * 1024);
  return sign | (((exponent + 15) << 10) + mantissa);
}

function fromHalf(word: number): number {
  const sign = word & 0x8000 ? -1 : 1;
  const exponent = (word >>> 10) & 31;
  const mantissa = word & 1023;
  return sign * (exponent === 0 ? mantissa * 2 ** -24 : (1 + mantissa / 1024) * 2 ** (exponent - 15));
}

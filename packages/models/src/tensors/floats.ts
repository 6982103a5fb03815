import { float16ToNumber, numberToFloat16 } from './float16.js';

/** Element types that arithmetic is done with. */
export type FloatDtype = 'F32' | 'F16' | 'BF16';

const scratchFloat = new Float32Array(1);
const scratchBits = new Uint32Array(scratchFloat.buffer);
let halves: Float32Array | undefined;

/** Values of floats given as bytes, wherever these lie. */
export function decodeFloats(dtype: FloatDtype, bytes: Uint8Array): Float32Array {
  const size = dtype === 'F32' ? 4 : 2;
  const aligned = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  const count = bytes.length / size;
  if (dtype === 'F32') return new Float32Array(aligned.buffer, aligned.byteOffset, count);
  const words = new Uint16Array(aligned.buffer, aligned.byteOffset, count);
  return dtype === 'F16' ? decodeHalves(words) : decodeBrains(words);
}

function decodeHalves(words: Uint16Array): Float32Array {
  const table = (halves ??= Float32Array.from({ length: 2 ** 16 }, (_, bits) => float16ToNumber(bits)));
  const values = new Float32Array(words.length);
  for (let index = 0; index < words.length; index += 1) values[index] = table[words[index] as number] as number;
  return values;
}

function decodeBrains(words: Uint16Array): Float32Array {
  const bits = new Uint32Array(words.length);
  for (let index = 0; index < words.length; index += 1) bits[index] = (words[index] as number) << 16;
  return new Float32Array(bits.buffer);
}

/**
 * Writes float32 values in a dtype, rounded to nearest with ties to even.
 * @param into - exactly as long as the values take, aligned for the dtype
 */
export function encodeFloats(dtype: FloatDtype, values: Float32Array, into: Uint8Array): void {
  if (dtype === 'F32') return void new Float32Array(into.buffer, into.byteOffset, values.length).set(values);
  const words = new Uint16Array(into.buffer, into.byteOffset, values.length);
  if (dtype === 'F16') for (let index = 0; index < words.length; index += 1) words[index] = numberToFloat16(values[index] as number);
  else encodeBrains(new Uint32Array(values.buffer, values.byteOffset, values.length), words);
}

function encodeBrains(bits: Uint32Array, words: Uint16Array): void {
  for (let index = 0; index < words.length; index += 1) words[index] = roundToBrain(bits[index] as number) >>> 16;
}

/** Bits of the float32 that is the nearest bfloat16 to one given as bits. */
function roundToBrain(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) return 0x7fc00000;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) & 0xffff0000;
}

/** The float of a dtype that is nearest to a number. */
export function roundFloat(dtype: FloatDtype, value: number): number {
  if (dtype === 'F32') return Math.fround(value);
  if (dtype === 'F16') return float16ToNumber(numberToFloat16(value));
  scratchFloat[0] = value;
  scratchBits[0] = roundToBrain(scratchBits[0] as number);
  return scratchFloat[0];
}

/** Rounds values in place to what a dtype can hold. */
export function roundFloats(dtype: FloatDtype, values: Float32Array): void {
  if (dtype === 'F32') return;
  if (dtype === 'F16') for (let index = 0; index < values.length; index += 1) values[index] = roundFloat(dtype, values[index] as number);
  else roundToBrains(new Uint32Array(values.buffer, values.byteOffset, values.length));
}

function roundToBrains(bits: Uint32Array): void {
  for (let index = 0; index < bits.length; index += 1) bits[index] = roundToBrain(bits[index] as number);
}

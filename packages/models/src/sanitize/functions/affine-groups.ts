import { numberSetting } from './function-definition.js';
import type { FunctionCall } from './function-definition.js';

/** Format of affine quantization. */
export interface AffineFormat {
  readonly bits: number;
  readonly groupSize: number;
}

/** The format that a call's settings name; `undefined` where MLX has no such format. */
export function affineFormat(call: FunctionCall): AffineFormat | undefined {
  const [bits, groupSize] = [numberSetting(call, 'bits'), numberSetting(call, 'groupSize')];
  return [2, 3, 4, 5, 6, 8].includes(bits) && [32, 64, 128].includes(groupSize) ? { bits, groupSize } : undefined;
}

/** Shapes of the three tensors that stand for `[…, in]`. */
export function affineShapes(shape: readonly number[], { bits, groupSize }: AffineFormat): { readonly weight: readonly number[]; readonly groups: readonly number[] } {
  const columns = shape.at(-1) ?? 0;
  return { weight: shape.with(-1, (columns * bits) / 32), groups: shape.with(-1, columns / groupSize) };
}

/** Adds values to a bit stream, least significant bits first; the stream begins as zeros. */
export function packBits(values: Float32Array | Uint8Array, bits: number, into: Uint8Array): void {
  for (let index = 0, bit = 0; index < values.length; index += 1, bit += bits) {
    const shifted = (values[index] as number) << (bit & 7);
    const at = bit >>> 3;
    into[at] = (into[at] as number) | shifted;
    if (shifted > 0xff) into[at + 1] = shifted >>> 8;
  }
}

/** Values of a bit stream. */
export function unpackBits(bytes: Uint8Array, bits: number, count: number): Uint8Array {
  const values = new Uint8Array(count);
  const mask = 2 ** bits - 1;
  for (let index = 0, bit = 0; index < count; index += 1, bit += bits) {
    const at = bit >>> 3;
    values[index] = (((bytes[at] as number) | ((bytes[at + 1] ?? 0) << 8)) >>> (bit & 7)) & mask;
  }
  return values;
}

import { floatFormats, type FloatMode } from '../../src/lowering/matrix.js';
import type { Random } from './random.js';

/** A random matrix of quantized floats and the numbers that it stands for. */
export interface FloatTestMatrix {
  readonly packed: Uint8Array;
  readonly scales: Uint8Array;
  /** `[outputs, columns]`, in double precision. */
  readonly dense: Float64Array;
}

const halves = [0, 0.5, 1, 1.5, 2, 3, 4, 6] as const;

/** Random codes of every kind but those of no number; scales of ordinary size. */
export function floatMatrix(random: Random, mode: FloatMode, outputs: number, columns: number): FloatTestMatrix {
  const { bits, groupSize } = floatFormats[mode];
  const scales = Uint8Array.from({ length: (outputs * columns) / groupSize }, () => (mode === 'nvfp4' ? random.integer(0, 0x60) : random.integer(117, 128)));
  const codes = Array.from({ length: outputs * columns }, () => (bits === 8 ? random.choose([0, 0x80]) + random.integer(0, 0x7e) : random.integer(0, 15)));
  const packed = new Uint8Array((outputs * columns * bits) / 8);
  codes.forEach((code, index) => {
    const at = (index * bits) >> 3;
    packed[at] = (packed[at] as number) | (bits === 8 ? code : code << (4 * (index & 1)));
  });
  const dense = Float64Array.from(codes, (code, index) => {
    const scale = scales[Math.floor(index / groupSize)] as number;
    const value = bits === 8 ? decodeE4M3(code) : (code & 8 ? -1 : 1) * (halves[code & 7] as number);
    return value * (mode === 'nvfp4' ? decodeE4M3(scale) : 2 ** (scale - 127));
  });
  return { packed, scales, dense };
}

function decodeE4M3(byte: number): number {
  const [exponent, mantissa] = [(byte >> 3) & 15, byte & 7];
  const size = exponent === 0 ? mantissa * 2 ** -9 : (1 + mantissa / 8) * 2 ** (exponent - 7);
  return byte & 0x80 ? -size : size;
}

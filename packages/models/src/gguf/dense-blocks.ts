import { float16ToNumber } from '../tensors/float16.js';
import type { GgufTypeName } from './gguf-types.js';

/** Elements of a super-block. */
const superBlock = 256;

/**
 * A block format with groups of 16, which MLX's affine quantization (32, 64 or 128) cannot hold: its weights are written
 * as floats. Layouts follow ggml's `ggml-quants.c`.
 */
export interface DenseFormat {
  /** Position of the float16 factors in a block, each with the largest integer that it is multiplied by. */
  readonly factors: readonly { readonly at: number; readonly times: number }[];
  /** Writes the block's 256 weights. */
  readonly dequantize: (source: Uint8Array, at: number, output: Float32Array, to: number) => void;
}

function half(source: Uint8Array, at: number): number {
  return float16ToNumber((source[at] ?? 0) | ((source[at + 1] ?? 0) << 8));
}

function signed(byte: number): number {
  return (byte << 24) >> 24;
}

/** The two bits of element `index` where 128 elements share 32 bytes. */
function twoBits(source: Uint8Array, at: number, index: number): number {
  const byte = source[at + (index >> 7) * 32 + (index & 31)] ?? 0;
  return (byte >> (((index >> 5) & 3) * 2)) & 3;
}

const q2K: DenseFormat = {
  factors: [{ at: 80, times: 45 }, { at: 82, times: 15 }],
  dequantize: (source, at, output, to) => {
    const factor = half(source, at + 80);
    const minimumFactor = half(source, at + 82);
    for (let index = 0; index < superBlock; index++) {
      const packed = source[at + (index >> 4)] ?? 0;
      const scale = factor * (packed & 15);
      output[to + index] = scale * twoBits(source, at + 16, index) - minimumFactor * (packed >> 4);
    }
  },
};

/** The sixteen 6-bit scales that Q3_K packs into twelve bytes: four low bits, then two high ones. */
function q3Scale(source: Uint8Array, at: number, group: number): number {
  const lowByte = source[at + (group & 7)] ?? 0;
  const low = group < 8 ? lowByte & 15 : lowByte >> 4;
  const high = ((source[at + 8 + (group & 3)] ?? 0) >> ((group >> 2) * 2)) & 3;
  return (low | (high << 4)) - 32;
}

const q3K: DenseFormat = {
  factors: [{ at: 108, times: 128 }],
  dequantize: (source, at, output, to) => {
    const factor = half(source, at + 108);
    for (let group = 0; group < 16; group++) {
      const scale = factor * q3Scale(source, at + 96, group);
      for (let index = group * 16; index < group * 16 + 16; index++) {
        const highBit = ((source[at + (index & 31)] ?? 0) >> (index >> 5)) & 1;
        output[to + index] = scale * (twoBits(source, at + 32, index) - (highBit === 1 ? 0 : 4));
      }
    }
  },
};

const q6K: DenseFormat = {
  factors: [{ at: 208, times: 4096 }],
  dequantize: (source, at, output, to) => {
    const factor = half(source, at + 208);
    for (let index = 0; index < superBlock; index++) {
      const scale = signed(source[at + 192 + (index >> 4)] ?? 0);
      // Of each 128 elements the first 64 are low nibbles of 64 bytes, the others their high nibbles.
      const lowByte = source[at + (index >> 7) * 64 + (index & 63)] ?? 0;
      const low = (index & 64) === 0 ? lowByte & 15 : lowByte >> 4;
      output[to + index] = factor * scale * ((low | (twoBits(source, at + 128, index) << 4)) - 32);
    }
  },
};

const formats: Partial<Readonly<Record<GgufTypeName, DenseFormat>>> = { Q2_K: q2K, Q3_K: q3K, Q6_K: q6K };

/** How a type is dequantized; `undefined` for types that need not be. */
export function denseFormatOf(type: GgufTypeName): DenseFormat | undefined {
  return formats[type];
}

import { float16ToNumber } from '../tensors/float16.js';
import type { GgufTypeName } from './gguf-types.js';

/** Weights that share a scale and a bias in every format here. */
export const affineGroupSize = 32;

/** Where the parts of unpacked blocks go. */
export interface AffineOutput {
  /** One unsigned integer an element. */
  readonly quants: Uint8Array;
  /** One a group of {@link affineGroupSize}. */
  readonly scales: Float32Array;
  readonly biases: Float32Array;
}

/**
 * A block format whose weights are `q * scale + bias` over groups of 32, which is MLX's affine quantization: no weight
 * changes. Layouts follow ggml's `ggml-common.h` and `ggml-quants.c`.
 */
export interface AffineFormat {
  readonly bits: 4 | 5 | 8;
  /**
   * `float16` where block scales are stored as such and the bias is one too, or `-centre * scale`;
   * `float32` where scale and bias are products that float16 cannot hold.
   */
  readonly scaleDtype: 'float16' | 'float32';
  /** Symmetric formats: q - centre is the signed integer, and the bias is `-centre * scale`. 0 for the others. */
  readonly centre: number;
  /** Unpacks the block that begins at `at` as group `group` and following. */
  readonly unpack: (source: Uint8Array, at: number, output: AffineOutput, group: number) => void;
}

function half(source: Uint8Array, at: number): number {
  return float16ToNumber((source[at] ?? 0) | ((source[at + 1] ?? 0) << 8));
}

/** Low nibbles are elements 0 to 15, high nibbles 16 to 31. */
function unpackNibbles(source: Uint8Array, at: number, quants: Uint8Array, to: number): void {
  for (let index = 0; index < 16; index++) {
    const byte = source[at + index] ?? 0;
    quants[to + index] = byte & 15;
    quants[to + index + 16] = byte >> 4;
  }
}

/** Adds the fifth bits, one for each of 32 elements. */
function addFifthBits(source: Uint8Array, at: number, quants: Uint8Array, to: number): void {
  for (let index = 0; index < 32; index++) {
    const bit = ((source[at + (index >> 3)] ?? 0) >> (index & 7)) & 1;
    quants[to + index] = (quants[to + index] ?? 0) | (bit << 4);
  }
}

const q4Zero: AffineFormat = {
  bits: 4, scaleDtype: 'float16', centre: 8,
  unpack: (source, at, { quants, scales, biases }, group) => {
    const scale = half(source, at);
    scales[group] = scale;
    biases[group] = -8 * scale;
    unpackNibbles(source, at + 2, quants, group * affineGroupSize);
  },
};

const q4One: AffineFormat = {
  bits: 4, scaleDtype: 'float16', centre: 0,
  unpack: (source, at, { quants, scales, biases }, group) => {
    scales[group] = half(source, at);
    biases[group] = half(source, at + 2);
    unpackNibbles(source, at + 4, quants, group * affineGroupSize);
  },
};

const q5Zero: AffineFormat = {
  bits: 5, scaleDtype: 'float16', centre: 16,
  unpack: (source, at, { quants, scales, biases }, group) => {
    const scale = half(source, at);
    scales[group] = scale;
    biases[group] = -16 * scale;
    unpackNibbles(source, at + 6, quants, group * affineGroupSize);
    addFifthBits(source, at + 2, quants, group * affineGroupSize);
  },
};

const q5One: AffineFormat = {
  bits: 5, scaleDtype: 'float16', centre: 0,
  unpack: (source, at, { quants, scales, biases }, group) => {
    scales[group] = half(source, at);
    biases[group] = half(source, at + 2);
    unpackNibbles(source, at + 8, quants, group * affineGroupSize);
    addFifthBits(source, at + 4, quants, group * affineGroupSize);
  },
};

const q8Zero: AffineFormat = {
  bits: 8, scaleDtype: 'float16', centre: 128,
  unpack: (source, at, { quants, scales, biases }, group) => {
    const scale = half(source, at);
    scales[group] = scale;
    biases[group] = -128 * scale;
    const to = group * affineGroupSize;
    // Signed to unsigned: adding 128 is flipping the top bit.
    for (let index = 0; index < 32; index++) quants[to + index] = (source[at + 2 + index] ?? 0) ^ 0x80;
  },
};

/** The eight 6-bit scales and minimums that Q4_K and Q5_K pack into twelve bytes, times the block's two factors. */
function unpackScalesAndMinimums(
  source: Uint8Array, at: number, { scales, biases }: AffineOutput, group: number,
): void {
  const scaleFactor = half(source, at);
  const minimumFactor = half(source, at + 2);
  const packed = (index: number): number => source[at + 4 + index] ?? 0;
  for (let index = 0; index < 8; index++) {
    const low = index < 4;
    const scale = low ? packed(index) & 63 : (packed(index + 4) & 15) | ((packed(index - 4) >> 6) << 4);
    const minimum = low ? packed(index + 4) & 63 : (packed(index + 4) >> 4) | ((packed(index) >> 6) << 4);
    scales[group + index] = scaleFactor * scale;
    biases[group + index] = 0 - minimumFactor * minimum;
  }
}

/** 64 elements a 32 bytes: first all low nibbles, then all high ones. */
function unpackWideNibbles(source: Uint8Array, at: number, quants: Uint8Array, to: number): void {
  for (let part = 0; part < 4; part++) {
    for (let index = 0; index < 32; index++) {
      const byte = source[at + part * 32 + index] ?? 0;
      quants[to + part * 64 + index] = byte & 15;
      quants[to + part * 64 + 32 + index] = byte >> 4;
    }
  }
}

const q4K: AffineFormat = {
  bits: 4, scaleDtype: 'float32', centre: 0,
  unpack: (source, at, output, group) => {
    unpackScalesAndMinimums(source, at, output, group);
    unpackWideNibbles(source, at + 16, output.quants, group * affineGroupSize);
  },
};

const q5K: AffineFormat = {
  bits: 5, scaleDtype: 'float32', centre: 0,
  unpack: (source, at, output, group) => {
    unpackScalesAndMinimums(source, at, output, group);
    const { quants } = output;
    const to = group * affineGroupSize;
    unpackWideNibbles(source, at + 48, quants, to);
    // Byte i of the high bits has bit g for element i of group g.
    for (let index = 0; index < 256; index++) {
      const bit = ((source[at + 16 + (index & 31)] ?? 0) >> (index >> 5)) & 1;
      quants[to + index] = (quants[to + index] ?? 0) | (bit << 4);
    }
  },
};

const formats: Partial<Readonly<Record<GgufTypeName, AffineFormat>>> = {
  Q4_0: q4Zero, Q4_1: q4One, Q5_0: q5Zero, Q5_1: q5One, Q8_0: q8Zero, Q4_K: q4K, Q5_K: q5K,
};

/** How a type becomes MLX's affine quantization; `undefined` where it cannot without loss. */
export function affineFormatOf(type: GgufTypeName): AffineFormat | undefined {
  return formats[type];
}

import { expect, test } from 'vitest';
import { dequantizeAffine, quantizeAffine } from './affine-quantization.js';
import { decodeFloats } from './dense-tensor.js';
import { randomValues } from './random.js';

test.each([2, 3, 4, 5, 6, 8])('%d bits come back to half a step', (bits) => {
  for (const groupSize of [32, 64, 128]) {
    const quantization = { mode: 'affine', bits, groupSize } as const;
    const values = randomValues('w', bits, 4 * 128);
    const tensors = quantizeAffine('w', [4, 128], values, quantization, 'F32');
    expect(tensors.weight.shape).toEqual([4, (128 * bits) / 32]);
    expect(tensors.weight.bytes.length).toBe((4 * 128 * bits) / 8);
    const scales = decodeFloats('F32', tensors.scales.bytes);
    dequantizeAffine(tensors, quantization).forEach((value, index) => {
      expect(Math.abs(value - (values[index] ?? NaN))).toBeLessThanOrEqual((scales[Math.floor(index / groupSize)] ?? 0) / 2 + 1e-6);
    });
  }
});

test('values are packed from the least significant bit on', () => {
  const values = Float32Array.from({ length: 32 }, (_, index) => index % 8);
  const { weight } = quantizeAffine('w', [1, 32], values, { mode: 'affine', bits: 3, groupSize: 32 }, 'F32');
  // 0, 1, 2, … 7 of three bits each: the three bytes that MLX documents for 3 bits.
  expect([...weight.bytes.slice(0, 3)]).toEqual([0b10_001_000, 0b1_100_011_0, 0b111_110_10]);
});

test('a group of equal values has scale 0 and comes back exactly', () => {
  const quantization = { mode: 'affine', bits: 4, groupSize: 32 } as const;
  const tensors = quantizeAffine('w', [1, 32], new Float32Array(32).fill(0.5), quantization, 'F16');
  expect(dequantizeAffine(tensors, quantization)).toEqual(new Float32Array(32).fill(0.5));
});

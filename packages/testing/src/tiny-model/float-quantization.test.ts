import type { Quantization } from '@mlxengine/core';
import { expect, test } from 'vitest';
import { decodeFloats } from './dense-tensor.js';
import { dequantizeFloats, quantizeFloats } from './float-quantization.js';
import { randomValues } from './random.js';

const mxfp4: Quantization = { mode: 'mxfp4', bits: 4, groupSize: 32 };
const nvfp4: Quantization = { mode: 'nvfp4', bits: 4, groupSize: 16 };
const mxfp8: Quantization = { mode: 'mxfp8', bits: 8, groupSize: 32 };

// Bytes and values as `mx.quantize` and `mx.dequantize` of MLX 0.32 give them.
test.each([
  ['mxfp4', mxfp4, [50, 5, 18, 9, 187, 108], [128], undefined, [2, 3, 6, 0, 2, 1, -1, 0, -3, -3, -4, 8]],
  ['nvfp4', nvfp4, [84, 150, 18, 154, 204, 126], [58], undefined, [2.5, 3.75, 5, -0.625, 1.25, 0.625, -1.25, -0.625, -2.5, -2.5, -5, 7.5]],
  ['nvfp4 with a global scale', nvfp4, [83, 150, 18, 154], [126], 7.805994987487793,
    [1.9514987468719482, 3.9029974937438965, 5.203996658325195, -0.6504995822906494, 1.3009991645812988, 0.6504995822906494, -1.3009991645812988, -0.6504995822906494]],
  ['mxfp8', mxfp8, [105, 109, 116, 214, 100, 91, 224, 214, 235, 236, 241, 120], [122], undefined,
    [2.25, 3.25, 6, -0.4375, 1.5, 0.6875, -1, -0.4375, -2.75, -3, -4.5, 8]],
] as const)('%s is read as MLX reads it', (_, quantization, bytes, scales, globalScale, expected) => {
  const weight = new Uint8Array((quantization.groupSize * quantization.bits) / 8);
  weight.set(bytes);
  const globalScales = globalScale === undefined ? undefined : Float32Array.of(globalScale);
  const values = dequantizeFloats({ weight, scales: Uint8Array.from(scales), globalScales }, quantization);
  expected.forEach((value, index) => expect(values[index]).toBeCloseTo(value, 6));
});

test.each([mxfp4, nvfp4, mxfp8, { ...nvfp4, globalScale: true }])('a quantized stack comes back nearly: %o', (quantization) => {
  const values = randomValues('stack', 1, 2 * 3 * 64).map((value, index) => value * (index < 192 ? 1 : 100));
  const { weight, scales, globalScale } = quantizeFloats('stack', [2, 3, 64], values, quantization);
  expect(globalScale?.shape).toEqual(quantization.globalScale === true ? [2] : undefined);
  const globalScales = globalScale && decodeFloats('F32', globalScale.bytes);
  const found = dequantizeFloats({ weight: weight.bytes, scales: scales.bytes, globalScales }, quantization);
  const step = quantization.bits === 8 ? 1 / 8 : 1 / 3;
  values.forEach((value, index) => expect(Math.abs((found[index] as number) - value)).toBeLessThan(step * (index < 192 ? 1 : 100)));
});

import { expect, test } from 'vitest';
import { multiplyRounded, roundTensor } from './bfloat16.js';

const row = (values: readonly number[]) => ({ leading: 'tokens', rows: 1, dimensions: [values.length], data: Float32Array.from(values) }) as const;

test('elements go to the nearest bfloat16, ties to even', () => {
  expect([...roundTensor(row([1 + 2 ** -8, 1 + 3 * 2 ** -8, -0.5])).data]).toEqual([1, 1 + 2 ** -6, -0.5]);
});

test('sums on quantized floats round each product, each sum of a group and each scaled group', () => {
  const weight = { values: Float32Array.of(1, 1, 1, 1), scales: Float32Array.of(2, 1), groupSize: 2, factor: 1 };
  // 256 + 1 is 256 in bfloat16, and 512 + 2 is 512.
  expect([...multiplyRounded(row([256, 1, 1, 1]), weight).data]).toEqual([512]);
  expect([...multiplyRounded(row([1, 1, 256, 1]), weight).data]).toEqual([260]);
});

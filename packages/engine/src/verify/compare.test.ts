import { expect, test } from 'vitest';
import { distributionError, maxAbsError } from './compare.js';

test('the greatest difference, infinite where a value is none or values are missing', () => {
  expect(maxAbsError(Float32Array.of(1, 2, 3), Float32Array.of(1, 2.5, 2))).toBe(1);
  expect(maxAbsError(Float32Array.of(1, NaN), Float32Array.of(1, 2))).toBe(Infinity);
  expect(maxAbsError(Float32Array.of(1), Float32Array.of(1, 2))).toBe(Infinity);
  expect(maxAbsError(Float32Array.of(-Infinity), Float32Array.of(-Infinity))).toBe(0);
  expect(maxAbsError(new Float32Array(), new Float32Array())).toBe(0);
});

test('the divergence of the next token\'s probabilities, and how often the likeliest is the same', () => {
  const expected = Float32Array.of(0, Math.log(3), 0, Math.log(3));
  const found = Float32Array.of(0, 0, 0, Math.log(2));
  const { meanKL, top1Agreement } = distributionError(found, expected, 2);
  // Rows [1/4, 3/4] against [1/2, 1/2], and [1/4, 3/4] against [1/3, 2/3].
  const first = 0.25 * Math.log(0.25 / 0.5) + 0.75 * Math.log(0.75 / 0.5);
  const second = 0.25 * Math.log(0.25 / (1 / 3)) + 0.75 * Math.log(0.75 / (2 / 3));
  expect(meanKL).toBeCloseTo((first + second) / 2, 6);
  expect(top1Agreement).toBe(0.5);
  expect(distributionError(expected, expected, 2)).toEqual({ meanKL: 0, top1Agreement: 1 });
});

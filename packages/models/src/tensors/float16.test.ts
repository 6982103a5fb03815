import { expect, test } from 'vitest';
import { float16ToNumber, numberToFloat16 } from './float16.js';

test('every float16 comes back as it was', () => {
  for (let bits = 0; bits < 65_536; bits++) {
    const value = float16ToNumber(bits);
    if (Number.isNaN(value)) expect(float16ToNumber(numberToFloat16(value))).toBeNaN();
    else if (numberToFloat16(value) !== bits) expect(numberToFloat16(value)).toBe(bits);
  }
});

test.each([
  [1 + 2 ** -11, 0x3c00], [1 + 3 * 2 ** -11, 0x3c02], [1 + 2 ** -11 + 2 ** -20, 0x3c01], [65_519, 0x7bff], [65_520, 0x7c00],
  [2 ** -25, 0], [2 ** -25 + 2 ** -40, 1], [3 * 2 ** -25, 2], [-(2 ** -14) + 2 ** -25, 0x8400], [1e-30, 0], [-Infinity, 0xfc00],
])('%d rounds to the nearest, ties to even', (value, bits) => {
  expect(numberToFloat16(value)).toBe(bits);
});

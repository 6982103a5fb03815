import { expect, test } from 'vitest';
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from './float-formats.js';

test.each([
  [0, 0x0000], [-0, 0x8000], [1, 0x3c00], [-2, 0xc000], [65504, 0x7bff], [1e6, 0x7bff], [2 ** -24, 0x0001], [2 ** -14, 0x0400],
  [0.1, 0x2e66], [1 + 2 ** -11, 0x3c00], [1 + 3 * 2 ** -11, 0x3c02], [2047.5, 0x6800],
])('float16 of %d', (value, bits) => {
  expect(toFloat16(value)).toBe(bits);
});

test.each([[0, 0x0000], [1, 0x3f80], [-2, 0xc000], [1 + 2 ** -8, 0x3f80], [1 + 3 * 2 ** -8, 0x3f82], [0.1, 0x3dcd]])('bfloat16 of %d', (value, bits) => {
  expect(toBfloat16(value)).toBe(bits);
});

test('every finite number of 16 bits comes back', () => {
  for (let bits = 0; bits < 0x10000; bits++) {
    if ((bits & 0x7c00) !== 0x7c00) expect(toFloat16(fromFloat16(bits))).toBe(bits);
    if ((bits & 0x7f80) !== 0x7f80) expect(toBfloat16(fromBfloat16(bits))).toBe(bits);
  }
});

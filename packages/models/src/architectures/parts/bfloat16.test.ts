import { expect, test } from 'vitest';
import { toBfloat16 } from './bfloat16.js';

test.for([[8, 8], [96 ** 0.5, 9.8125], [1152 ** 0.5, 34], [1 + 2 ** -8, 1], [1 + 3 * 2 ** -8, 1 + 2 ** -6], [-0.1, -0.10009765625]] as const)(
  '%d is %d',
  ([value, expected]) => {
    expect(toBfloat16(value)).toBe(expected);
  },
);

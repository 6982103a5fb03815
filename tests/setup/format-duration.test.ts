import { expect, it } from 'vitest';
import { formatDuration } from '../../scripts/setup/progress-line.mjs';

it.each([
  [420, '0.4 s'],
  [59_940, '59.9 s'],
  [59_999, '1 min 0 s'],
  [299_900, '5 min 0 s'],
  [332_000, '5 min 32 s'],
])('%i milliseconds are %s', (milliseconds, expected) => {
  expect(formatDuration(milliseconds)).toBe(expected);
});

import { describe, expect, it } from 'vitest';
import { strftime } from './strftime.js';

// The expected texts are those of Python's datetime(2026, 3, 5, 14, 7, 9).strftime on Linux.
describe('strftime', () => {
  const date = new Date(2026, 2, 5, 14, 7, 9);

  it.each([
    ['%d %b %Y', '05 Mar 2026'],
    ['%Y-%m-%d %H:%M:%S', '2026-03-05 14:07:09'],
    ['%A, %B %-d, %I:%M %p', 'Thursday, March 5, 02:07 PM'],
    ['%a %e %y %j %u %w', 'Thu  5 26 064 4 4'],
    ['%F %T %D %R', '2026-03-05 14:07:09 03/05/26 14:07'],
    ['100%% %Q', '100% %Q'],
  ])('writes %s', (format, expected) => {
    expect(strftime(date, format)).toBe(expected);
  });

  it("is English, whatever the machine's language", () => {
    expect(strftime(new Date(2026, 11, 1), '%b %B')).toBe('Dec December');
  });
});

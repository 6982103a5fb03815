import { describe, expect, test } from 'vitest';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { cacheFormat, type CacheFormat } from './cache-format.js';

describe('cacheFormat', () => {
  test('fills in the defaults of mlx-lm', () => {
    expect(cacheFormat()).toEqual({ groupSize: 64, quantizedStart: 0, keep: 4 });
    expect(cacheFormat({ bits: 4, maxPositions: 5 })).toEqual({ bits: 4, groupSize: 64, quantizedStart: 0, maxPositions: 5, keep: 4 });
  });

  test.each<[string, object]>([
    ['bits that no kernel knows', { bits: 3 }],
    ['a group size that no kernel knows', { bits: 4, groupSize: 16 }],
    ['a start that is no position', { bits: 4, quantizedStart: -1 }],
    ['no more positions than are kept', { maxPositions: 4 }],
    ['a part of a position', { maxPositions: 100, keep: 1.5 }],
  ])('refuses %s', (_, format) => {
    expect(() => cacheFormat(format as CacheFormat)).toThrow(InvalidArgumentError);
  });
});

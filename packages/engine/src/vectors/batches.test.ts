import { expect, test } from 'vitest';
import { batchesOf } from './batches.js';

test('every sequence is in one batch, like lengths together', () => {
  expect(batchesOf([])).toEqual([]);
  expect(batchesOf([30, 4090, 10, 20])).toEqual([[2, 3, 0], [1]]);
});

test('a batch has at most 64 sequences and 4,096 tokens, and a longer sequence is alone', () => {
  expect(batchesOf(Array<number>(130).fill(5)).map((batch) => batch.length)).toEqual([64, 64, 2]);
  expect(batchesOf([9000, 2048, 2048, 1, 9000]).map((batch) => batch.length)).toEqual([2, 1, 1, 1]);
});

import { expect, test } from 'vitest';
import { messageBorders } from './message-borders.js';

test('the borders of messages are behind the tokens that end them: the first and the last two', () => {
  expect(messageBorders([5, 9, 5, 5, 9, 5], [9])).toEqual([2, 5]);
  expect(messageBorders([5, 9, 5, 8, 5, 9, 5, 9, 5, 9, 5], [8, 9])).toEqual([2, 8, 10]);
});

test('no border is at the end, where nothing is left to compute', () => {
  expect(messageBorders([5, 9], [9])).toEqual([]);
  expect(messageBorders([5, 6], [])).toEqual([]);
});

import { expect, test } from 'vitest';
import { sentencePieceMerges } from './sentencepiece-merges.js';

function merges(...pieces: readonly (readonly [string, number])[]): readonly string[] {
  return sentencePieceMerges(new Map(pieces.map(([piece, score], id) => [piece, { id, score }])));
}

test('every way to make a piece of two, the best score first', () => {
  expect(merges(['abc', -3], ['ab', -2], ['bc', -1], ['a', -10], ['b', -11], ['c', -12])).toEqual(['b c', 'a b', 'ab c', 'a bc']);
});

test('of equal scores, the longer left part goes first', () => {
  expect(merges(['▁', 0], ['▁▁', 0], ['▁▁▁', 0])).toEqual(['▁▁ ▁', '▁ ▁▁', '▁ ▁']);
});

test('characters beyond the basic plane are not cut', () => {
  expect(merges(['😀', 0], ['😀😀', -1])).toEqual(['😀 😀']);
});

import { expect, test } from 'vitest';
import { StopStrings } from './stop-strings.js';

function run(stop: readonly string[], ...pieces: readonly string[]): { readonly texts: string[]; readonly met?: string } {
  const matcher = new StopStrings(stop);
  const texts: string[] = [];
  for (const piece of pieces) {
    const { text, stop: met } = matcher.push(piece);
    texts.push(text);
    if (met !== undefined) return { texts, met };
  }
  return { texts: [...texts, matcher.flush()] };
}

test('holds back what may become a stop string, and no more', () => {
  expect(run(['END'], 'a', 'bE', 'N', 'x')).toEqual({ texts: ['a', 'b', '', 'ENx', ''] });
  expect(run(['END'], 'a E')).toEqual({ texts: ['a ', 'E'] });
  expect(run([], 'a', 'b')).toEqual({ texts: ['a', 'b', ''] });
});

test('ends before the first stop string', () => {
  expect(run(['END'], 'aE', 'ND', 'b')).toEqual({ texts: ['a', ''], met: 'END' });
  expect(run(['bc', 'b'], 'a', 'bcd')).toEqual({ texts: ['a', ''], met: 'bc' });
  expect(run(['d', 'b'], 'abcd')).toEqual({ texts: ['a'], met: 'b' });
});

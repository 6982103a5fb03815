import { InvalidArgumentError } from '@mlxengine/core';
import { describe, expect, it } from 'vitest';
import { StopStringMatcher } from './stop-string-matcher.js';

/** Everything that comes out of a text cut at the given places. */
function run(stops: readonly string[], pieces: readonly string[]): { text: string; stop: string | undefined } {
  const matcher = new StopStringMatcher(stops);
  let text = '';
  for (const piece of pieces) text += matcher.push(piece).text;
  text += matcher.flush();
  return { text, stop: matcher.push('').stop };
}

describe('StopStringMatcher', () => {
  it('lets text without a stop string through, all of it', () => {
    expect(run(['STOP'], ['a', 'ST', 'b', 'STO'])).toEqual({ text: 'aSTbSTO', stop: undefined });
    expect(run([], ['anything', ' goes'])).toEqual({ text: 'anything goes', stop: undefined });
  });

  it('finds a stop string wherever the text is cut', () => {
    const text = 'one <|end|> two';
    for (let first = 0; first <= text.length; first += 1) {
      for (let second = first; second <= text.length; second += 1) {
        const pieces = [text.slice(0, first), text.slice(first, second), text.slice(second)];
        expect(run(['<|end|>', '<|other|>'], pieces)).toEqual({ text: 'one ', stop: '<|end|>' });
      }
    }
  });

  it('holds back only what may still become a stop string', () => {
    const matcher = new StopStringMatcher(['\n\nUser:']);
    expect(matcher.push('Hello\n').text).toBe('Hello');
    expect(matcher.push('\n').text).toBe('');
    expect(matcher.push('\n').text).toBe('\n');
    expect(matcher.push('Us').text).toBe('');
    expect(matcher.push('ed').text).toBe('\n\nUsed');
  });

  it('takes the stop string that is complete first, and the longest of those that end together', () => {
    expect(run(['abcd', 'bc'], ['xabcd'])).toEqual({ text: 'xa', stop: 'bc' });
    expect(run(['c', 'abc', 'bc'], ['xabc'])).toEqual({ text: 'x', stop: 'abc' });
    expect(run(['aab'], ['aaab'])).toEqual({ text: 'a', stop: 'aab' });
  });

  it('says nothing more after a stop string', () => {
    const matcher = new StopStringMatcher(['.']);
    expect(matcher.push('Yes. No')).toEqual({ text: 'Yes', stop: '.' });
    expect(matcher.push('more')).toEqual({ text: '', stop: '.' });
    expect(matcher.flush()).toBe('');
  });

  it('agrees with a search in the whole text for random texts and cuts', () => {
    let seed = 7;
    const random = (below: number): number => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) % below;
    const word = (most: number): string => Array.from({ length: 1 + random(most) }, () => 'ab'[random(2)]).join('');
    for (let round = 0; round < 3000; round += 1) {
      const stops = Array.from({ length: 1 + random(3) }, () => word(4));
      const text = word(30);
      const ends = stops.filter((stop) => text.includes(stop)).map((stop) => text.indexOf(stop) + stop.length);
      const end = Math.min(...ends);
      const stop = stops.filter((candidate) => text.slice(0, end).endsWith(candidate)).sort((a, b) => b.length - a.length)[0];
      const expected = stop === undefined || ends.length === 0 ? { text, stop: undefined } : { text: text.slice(0, end - stop.length), stop };
      const cut = random(text.length);
      expect(run(stops, [text.slice(0, cut), text.slice(cut)]), JSON.stringify({ stops, text })).toEqual(expected);
    }
  });

  it('takes linear time where every character might begin a stop string', () => {
    const matcher = new StopStringMatcher([`${'a'.repeat(5000)}b`, ...Array.from({ length: 15 }, (_, index) => 'a'.repeat(100 + index) + 'c')]);
    const start = performance.now();
    for (let index = 0; index < 100_000; index += 1) matcher.push('a');
    expect(matcher.push('x').text.length + matcher.flush().length).toBeGreaterThan(5000);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('refuses an empty stop string', () => {
    expect(() => new StopStringMatcher([''])).toThrow(InvalidArgumentError);
  });
});

import { expect, test } from 'vitest';
import { CachePool } from './cache-pool.js';
import { MemoryViews } from './memory-views.js';
import { Sequence, type SequenceSizes } from './sequence.js';

const begin = 65_536;

function sequenceOf(sizes: SequenceSizes): { readonly sequence: Sequence; readonly views: MemoryViews; readonly pool: CachePool } {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 100 });
  const [views, pool] = [new MemoryViews(memory), new CachePool(memory, begin)];
  return { sequence: new Sequence(1024, sizes, pool, views), views, pool };
}

function step(sequence: Sequence, tokens: readonly number[]): void {
  sequence.beginStep(tokens.length);
  sequence.commit(tokens);
}

const prompt = [1, 2, 3, 4, 5];

test('blocks alone can go back to any token', () => {
  const { sequence } = sequenceOf({ blockBytes: 64, stateBytes: 0 });
  step(sequence, prompt);
  expect(sequence.keepPrefix([1, 2, 9], 2)).toBe(2);
  step(sequence, [9, 9]);
  sequence.beginStep(3);
  expect(sequence.keepPrefix([1, 2, 9, 9, 9], 4)).toBe(4);
});

test('states of fixed size are kept only where a prompt goes on from all that they have seen', () => {
  const { sequence, views } = sequenceOf({ blockBytes: 64, stateBytes: 16 });
  step(sequence, prompt);
  const { states } = sequence;
  views.floats[states >>> 2] = 7;
  expect(sequence.keepPrefix([...prompt, 6], 5)).toBe(5);
  expect(views.floats[sequence.states >>> 2]).toBe(7);
  expect(sequence.keepPrefix([1, 2, 3, 4, 6], 4)).toBe(0);
  step(sequence, [1]);
  expect(sequence.states).toBe(states);
  expect(views.floats[states >>> 2]).toBe(0);
});

test('a step that was left half-way costs the states, and the tokens with them', () => {
  const { sequence } = sequenceOf({ blockBytes: 0, stateBytes: 16 });
  step(sequence, prompt);
  sequence.beginStep(1);
  expect(sequence.keepPrefix([...prompt, 6], 5)).toBe(0);
  expect(sequence.states).toBe(0);
  step(sequence, prompt);
  expect(sequence.keepPrefix([...prompt, 6], 5)).toBe(5);
});

test('all memory comes back', () => {
  const { sequence, pool } = sequenceOf({ blockBytes: 64, stateBytes: 16 });
  for (let round = 0; round < 3; round++) {
    step(sequence, Array.from({ length: 300 }, () => 1));
    sequence.clear();
  }
  expect([pool.take(16), pool.take(64), pool.take(64)].sort((a, b) => a - b)[0]).toBe(begin);
  expect(pool.take(64)).toBe(begin + 16 + 2 * 64);
});

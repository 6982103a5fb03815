import { uniform } from '@mlxengine/core/backend';
import { describe, expect, test } from 'vitest';
import { drawToken, remainingProbabilities, tokenAt } from './reference-sampler.js';

const off = { temperature: 1, topP: 1, minP: 0, topK: 0, seed: 0 };
/** Logits of the probabilities 0.5, 0.1, 0.3, 0.1. */
const logits = Float32Array.from([0.5, 0.1, 0.3, 0.1], Math.log);
const kept = (changes: object): number[] => [...remainingProbabilities(logits, { ...off, ...changes }).keys()]
  .filter((token) => (remainingProbabilities(logits, { ...off, ...changes })[token] ?? 0) > 0);

describe('what remains', () => {
  test('is the smallest set that reaches top-p', () => {
    expect(kept({ topP: 0.45 })).toEqual([0]);
    expect(kept({ topP: 0.55 })).toEqual([0, 2]);
    expect(kept({ topP: 1 })).toEqual([0, 1, 2, 3]);
  });

  test('is at least as likely as min-p says', () => {
    expect(kept({ minP: 0.5 })).toEqual([0, 2]);
    expect(kept({ minP: 0.1 })).toEqual([0, 1, 2, 3]);
  });

  test('is the top-k, smaller ids first among equals', () => {
    expect(kept({ topK: 1 })).toEqual([0]);
    expect(kept({ topK: 3 })).toEqual([0, 1, 2]);
  });

  test('is judged before the temperature', () => {
    expect(kept({ topP: 0.55, temperature: 10 })).toEqual([0, 2]);
    const [first = 0, , third = 0] = remainingProbabilities(logits, { ...off, temperature: 2 });
    expect(first / third).toBeCloseTo(Math.sqrt(0.5 / 0.3));
  });
});

test('a draw is the first token whose running sum exceeds the share', () => {
  const probabilities = Float64Array.of(1, 0, 2, 1);
  expect([0, 0.24, 0.25, 0.74, 0.75, 0.999].map((share) => tokenAt(probabilities, share))).toEqual([0, 0, 2, 2, 3, 3]);
});

test('draws follow seed and index, greedy ones the smallest of the largest', () => {
  expect(drawToken(Float32Array.of(1, 3, 3), { ...off, temperature: 0 }, 0)).toBe(1);
  const counts = [0, 0, 0, 0];
  for (let index = 0; index < 4000; index++) counts[drawToken(logits, { ...off, seed: 3 }, index)]! += 1;
  for (const [token, share] of [0.5, 0.1, 0.3, 0.1].entries()) expect((counts[token] ?? 0) / 4000).toBeCloseTo(share, 1);
  expect(drawToken(logits, { ...off, seed: 9 }, 5)).toBe(tokenAt(Float64Array.of(0.5, 0.1, 0.3, 0.1), uniform(9, 5)));
});

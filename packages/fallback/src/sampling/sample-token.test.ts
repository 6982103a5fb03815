import { type SamplingParameters, uniform } from '@mlxengine/core/backend';
import { expect, test } from 'vitest';
import { Random } from '../../tests/kernels/random.js';
import { applyMask } from './apply-mask.js';
import { sampleToken } from './sample-token.js';

const greedy: SamplingParameters = { temperature: 0, topP: 1, minP: 0, topK: 0, seed: 0 };

/** The definition of core's `SamplingParameters`, sorted in full. */
function definition(logits: Float32Array, { temperature, topP, minP, topK, seed }: SamplingParameters, index: number): number {
  const normalizer = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
  let tokens = [...logits].map((logit, token) => ({ token, value: logit - normalizer })).sort((a, b) => b.value - a.value || a.token - b.token);
  let above = 0;
  const massAbove = tokens.map(({ value }) => {
    const before = above;
    above += Math.exp(value);
    return before;
  });
  const floor = tokens.findLast((_, position) => topP >= 1 || (massAbove[position] as number) < topP)?.value ?? 0;
  const largest = tokens[0]?.value ?? 0;
  tokens = tokens.filter(({ value }) => value >= floor && (minP === 0 || value >= largest + Math.log(minP)));
  tokens = topK > 0 ? tokens.slice(0, topK) : tokens;
  tokens.sort((a, b) => a.token - b.token);
  const weights = tokens.map(({ value }) => Math.exp((value - largest) / temperature));
  const target = uniform(seed, index) * weights.reduce((a, b) => a + b);
  let sum = 0;
  return tokens[weights.findIndex((weight) => (sum += weight) > target)]?.token ?? -1;
}

test('greedy takes the smallest of the likeliest', () => {
  expect(sampleToken(Float32Array.of(1, 3, 3, -2), greedy, 0)).toBe(1);
});

test('draws follow the definition for any filters', () => {
  const random = new Random(11);
  for (let round = 0; round < 400; round++) {
    const logits = random.floats(random.integer(1, 300), random.choose([0.1, 3, 30]));
    if (round % 3 === 0) logits.fill(logits[0] as number, 0, logits.length >> 1);
    const sampling = {
      temperature: random.choose([0.3, 1, 1.7]),
      topP: random.choose([1, 0.9, 0.2, 0.01]),
      minP: random.choose([0, 0.05, 1]),
      topK: random.choose([0, 1, 5, 1000]),
      seed: round,
    };
    expect(sampleToken(logits, sampling, round)).toBe(definition(logits, sampling, round));
  }
});

test('each token comes as often as it is likely', () => {
  const logits = Float32Array.from([0.5, 0.3, 0.2], Math.log);
  const counts = [0, 0, 0];
  for (let index = 0; index < 5000; index++) counts[sampleToken(logits, { ...greedy, temperature: 1, seed: 9 }, index)]! += 1;
  expect(counts.map((count) => Math.round(count / 500) / 10)).toEqual([0.5, 0.3, 0.2]);
});

test('a mask forbids, and one that forbids all is an error', () => {
  const logits = Float32Array.from({ length: 40 }, (_, token) => token);
  applyMask(logits, Uint32Array.of(0b1010, 0));
  expect(sampleToken(logits, greedy, 0)).toBe(3);
  for (let index = 0; index < 20; index++) expect([1, 3]).toContain(sampleToken(logits, { ...greedy, temperature: 5, topP: 0.99 }, index));
  expect(() => applyMask(logits, Uint32Array.of(0, 0))).toThrow('allows no token');
});

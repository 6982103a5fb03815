import { describe, expect, test } from 'vitest';
import { ContextLengthError } from '../errors/context-length-error.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import type { TokenRequest } from './token-request.js';
import { validateScoreRequest, validateTokenRequest } from './validate-token-request.js';

const greedy = { temperature: 0, topP: 1, minP: 0, topK: 0, seed: 0 };
const request: TokenRequest = { prompt: [1, 2, 3], maxTokens: 5, stopTokens: [9], sampling: greedy };
const check = (changes: object): number => validateTokenRequest({ ...request, ...changes }, 10, 16);

describe('validateTokenRequest', () => {
  test('tells how many tokens may be generated', () => {
    expect(check({})).toBe(5);
    expect(check({ maxTokens: 100 })).toBe(13);
    expect(check({ prompt: new Uint32Array(15) })).toBe(1);
  });

  test.each([
    ['an empty prompt', { prompt: [] }],
    ['an id as large as the vocabulary', { prompt: [1, 10] }],
    ['a negative id', { prompt: [-1] }],
    ['an id that is no integer', { prompt: [1.5] }],
    ['an id that is no number', { prompt: ['1'] }],
    ['a prompt that is text', { prompt: 'text' }],
    ['a stop token out of range', { stopTokens: [10] }],
    ['no tokens to generate', { maxTokens: 0 }],
    ['half a token', { maxTokens: 1.5 }],
    ['a negative temperature', { sampling: { ...greedy, temperature: -1 } }],
    ['an infinite temperature', { sampling: { ...greedy, temperature: Infinity } }],
    ['NaN', { sampling: { ...greedy, temperature: NaN } }],
    ['a top-p of 0', { sampling: { ...greedy, topP: 0 } }],
    ['a top-p over 1', { sampling: { ...greedy, topP: 1.1 } }],
    ['a min-p over 1', { sampling: { ...greedy, minP: 1.1 } }],
    ['a fractional top-k', { sampling: { ...greedy, topK: 0.5 } }],
    ...[
      { minTokensToKeep: 0 },
      { xtcProbability: 1.1 },
      { xtcThreshold: 0.6 },
      { xtcExcludedTokens: [10] },
      { repetitionPenalty: -1 },
      { repetitionContext: 0 },
      { presencePenalty: Infinity },
      { presenceContext: 1.5 },
      { frequencyPenalty: NaN },
      { frequencyContext: '20' },
      { logitBias: [[10, 1]] },
      { logitBias: [[-1, 1]] },
      { logitBias: [[1, NaN]] },
      { logitBias: [[1, Infinity]] },
      { logitBias: [1] },
      { logitBias: new Map([[10, 1]]) },
      { logitBias: { 1: 1 } },
    ].map((changes): [string, object] => [JSON.stringify(changes), { sampling: { ...greedy, ...changes } }]),
    ['log-probabilities of -1 tokens', { logProbabilities: -1 }],
    ['log-probabilities of 21 tokens', { logProbabilities: 21 }],
    ['a seed over 32 bits', { sampling: { ...greedy, seed: 2 ** 32 } }],
  ])('refuses %s', (_, changes) => {
    expect(() => check(changes)).toThrow(InvalidArgumentError);
  });

  test('takes all that a sampler can be asked', () => {
    const penalties = { repetitionPenalty: 1.1, repetitionContext: 64, presencePenalty: -0.5, presenceContext: 1, frequencyPenalty: 0.5, frequencyContext: 9 };
    const xtc = { xtcProbability: 0.5, xtcThreshold: 0.1, xtcExcludedTokens: [0, 9] };
    for (const logitBias of [[[9, -100], [0, 1.5]], new Map([[3, 2]]), []]) {
      const sampling = { ...greedy, ...penalties, ...xtc, minTokensToKeep: 2, logitBias };
      expect(check({ sampling, logProbabilities: 20 })).toBe(5);
    }
  });

  test('names the token that is wrong', () => {
    expect(() => check({ prompt: [1, 2, 10] })).toThrow('prompt[2] is 10, expected integer >= 0, <= 9.');
  });

  test('refuses a prompt that leaves no room for an answer', () => {
    expect(() => check({ prompt: new Uint32Array(16) })).toThrow(ContextLengthError);
  });
});

describe('validateScoreRequest', () => {
  test('takes as many tokens as the context holds', () => {
    expect(() => validateScoreRequest({ tokens: new Uint32Array(16), chunkSize: 1 }, 10, 16)).not.toThrow();
    expect(() => validateScoreRequest({ tokens: new Uint32Array(17) }, 10, 16)).toThrow(ContextLengthError);
  });

  test.each([
    ['a single token', { tokens: [1] }],
    ['an id out of range', { tokens: [1, 10] }],
    ['a chunk of nothing', { tokens: [1, 2], chunkSize: 0 }],
  ])('refuses %s', (_, scoreRequest) => {
    expect(() => validateScoreRequest(scoreRequest, 10, 16)).toThrow(InvalidArgumentError);
  });
});

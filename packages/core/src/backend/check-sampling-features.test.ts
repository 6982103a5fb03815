import { describe, expect, test } from 'vitest';
import { UnsupportedFeatureError } from '../errors/unsupported-feature-error.js';
import type { BackendSupports } from './backend-supports.js';
import { checkSamplingFeatures } from './check-sampling-features.js';
import type { BackendFeature } from './features.js';
import type { TokenRequest } from './token-request.js';

const greedy = { temperature: 0, topP: 1, minP: 0, topK: 0, seed: 0 };

function check(features: readonly BackendFeature[], sampling: object, changes: Partial<TokenRequest> = {}): void {
  const supports: BackendSupports = {
    operations: [], dtypes: [], tensorDtypes: [], affineBits: [], affineGroupSizes: [], floatModes: [], maxThreads: 0, features,
  };
  checkSamplingFeatures(supports, 'plain', { prompt: [1], maxTokens: 1, stopTokens: [], sampling: { ...greedy, ...sampling }, ...changes });
}

describe('checkSamplingFeatures', () => {
  test.each<[BackendFeature, object, Partial<TokenRequest>]>([
    ['penalties', { repetitionPenalty: 1.1 }, {}],
    ['penalties', { presencePenalty: -1 }, {}],
    ['penalties', { frequencyPenalty: 1 }, {}],
    ['logit-bias', { logitBias: [[1, 1]] }, {}],
    ['logit-bias', { logitBias: new Map([[1, 1]]) }, {}],
    ['xtc', { xtcProbability: 0.1 }, {}],
    ['log-probabilities', {}, { logProbabilities: 0 }],
  ])('asks for %s where %j needs it', (feature, sampling, changes) => {
    expect(() => check([], sampling, changes)).toThrow(UnsupportedFeatureError);
    expect(() => check([], sampling, changes)).toThrow(`The backend plain does not support ${feature}.`);
    expect(() => check([feature], sampling, changes)).not.toThrow();
  });

  test('asks for nothing where a setting does nothing', () => {
    const off = { repetitionPenalty: 1, presencePenalty: 0, frequencyPenalty: 0, xtcProbability: 0, xtcExcludedTokens: [1], repetitionContext: 5 };
    for (const logitBias of [[], new Map()]) expect(() => check([], { ...off, logitBias })).not.toThrow();
    expect(() => check([], { ...off, repetitionPenalty: 0 })).not.toThrow();
  });
});

import type { SamplingParameters } from '@mlxengine/core/backend';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFallbackBackend, type FallbackBackendOptions } from '../src/index.js';
import type { BackendModel, InferenceBackend } from '@mlxengine/core/backend';
import { greedy, request, tokensOf } from './backend/tokens.js';
import { capitalOfFrance, loadStarterModel, paris, starterMissing, suiteName } from './starter.js';

const variants: Readonly<Record<string, FallbackBackendOptions>> = {
  'in a worker': {},
  'in the calling thread': { inline: true },
  'with relaxed SIMD': { experimental: { relaxedSimd: true } },
};

describe.skipIf(starterMissing !== '').each(Object.entries(variants))(suiteName('SmolLM2 %s', starterMissing), (_, options) => {
  let backend: InferenceBackend;
  let model: BackendModel;
  beforeAll(async () => {
    backend = await createFallbackBackend(options);
    model = await loadStarterModel(backend);
  });
  afterAll(() => backend[Symbol.asyncDispose]());

  test('names the capital of France, and again from its cache', { timeout: 60_000 }, async () => {
    const asked = request(capitalOfFrance, { maxTokens: 20, stopTokens: [2, 0] });
    expect(await tokensOf(model, asked)).toEqual(paris);
    expect(await tokensOf(model, asked)).toEqual(paris);
  });

  test('draws the same with the same seed, and another with another', { timeout: 60_000 }, async () => {
    const sampling = (seed: number): SamplingParameters => ({ ...greedy, temperature: 1, topP: 0.95, seed });
    const asked = (seed: number): Promise<number[]> => tokensOf(model, request([504, 3575], { maxTokens: 12, sampling: sampling(seed) }));
    const first = await asked(1);
    expect(await asked(1)).toEqual(first);
    expect(await asked(2)).not.toEqual(first);
  });

  test('takes little more memory than its weights', async () => {
    expect(backend.memory().activeBytes / 98.4e6).toBeLessThan(1.2);
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BackendModel } from '@mlxengine/core/backend';
import { generateTokens, starterMissing, suiteName } from './mlx.js';
import { capitalOfFrance, loadStarterModel, paris } from './starter.js';

describe.skipIf(starterMissing !== '')(suiteName('SmolLM2 on MLX', starterMissing), () => {
  let model: BackendModel;

  beforeAll(async () => {
    model = await loadStarterModel();
  });

  afterAll(() => model.unload());

  test('names the capital of France', { timeout: 120_000 }, async () => {
    expect(await generateTokens(model, { prompt: capitalOfFrance, maxTokens: 20, stopTokens: [2, 0] })).toEqual(paris);
  });

  test('answers the same again from its cache', { timeout: 120_000 }, async () => {
    const cached: number[] = [];
    const tokens: number[] = [];
    const sampling = { temperature: 0, topP: 1, minP: 0, topK: 0, seed: 0 };
    for await (const batch of model.generate({ prompt: capitalOfFrance, maxTokens: 20, stopTokens: [2, 0], sampling })) {
      if (batch.type === 'tokens') tokens.push(...batch.tokens);
      if (batch.type === 'finish') cached.push(batch.statistics.cachedPromptTokens);
    }
    expect(tokens).toEqual(paris);
    expect(cached).toEqual([capitalOfFrance.length - 1]);
  });
});

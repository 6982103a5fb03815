import type { BackendModel } from '@mlxengine/core/backend';
import { createTinyModel } from '@mlxengine/testing';
import { describe, expect, test } from 'vitest';
import { createMLXBackend } from '../src/index.js';
import { generateTokens, missing, suiteName } from './mlx.js';

/** The log-probability of the token that follows. */
async function likelihood(model: BackendModel, prompt: readonly number[]): Promise<number | undefined> {
  const request = { prompt, maxTokens: 1, stopTokens: [], sampling: { temperature: 0, topP: 1, minP: 0, topK: 0, seed: 0 }, logProbabilities: 0 };
  for await (const batch of model.generate(request)) if (batch.type === 'tokens') return batch.logProbabilities?.[0];
  return undefined;
}

describe.skipIf(missing !== '')(suiteName('what is kept of a sequence that left its batch', missing), () => {
  // A slot of few bytes is where MLX would rather share a buffer than copy it.
  test.each([1, 2, 4])('is not overwritten by those who take its slot (%i heads of keys)', async (keyValueHeads) => {
    const { graph, weights } = createTinyModel({ keyValueHeads });
    const backend = await createMLXBackend({ device: 'cpu' });
    const model = await backend.loadModel(graph, weights, { batching: { maxSequences: 2 } });
    const fresh = await backend.loadModel(graph, weights, { prefixCache: { bytes: 0 } });
    for (let round = 0; round < 4; round++) {
      const [first, second, third] = [1, 41, 71].map((from) => [0, 1, 2, 3].map((at) => (from + round * 13 + at * 5) % 96)) as [number[], number[], number[]];
      const short = generateTokens(model, { prompt: first, maxTokens: 8 });
      const long = generateTokens(model, { prompt: second, maxTokens: 60 });
      const answer = await short;
      await generateTokens(model, { prompt: third, maxTokens: 12 });
      await long;
      const next = [...first, ...answer.slice(0, 6), 3];
      expect(await likelihood(model, next)).toBeCloseTo((await likelihood(fresh, next)) ?? NaN, 4);
    }
    await backend[Symbol.asyncDispose]();
  });
});

import { createTinyModel } from '@mlxengine/testing';
import { describe, expect, test } from 'vitest';
import { createMLXBackend } from '../src/index.js';
import { generateTokens, missing, suiteName } from './mlx.js';

describe.skipIf(missing !== '')(suiteName('memory', missing), () => {
  test('stays flat over 20 rounds of loading and unloading', async () => {
    const backend = await createMLXBackend({ device: 'cpu' });
    // 8 MiB of weights a round: what stays of one would show.
    const { graph, weights } = createTinyModel({ hiddenSize: 256, intermediateSize: 512, vocabularySize: 3072 });
    const residentBytes: number[] = [];
    for (let round = 0; round < 20; round++) {
      const model = await backend.loadModel(graph, weights);
      await generateTokens(model, { prompt: [1, 2, 3] });
      expect(backend.memory().activeBytes).toBeGreaterThan(6_000_000);
      await model.unload();
      expect(backend.memory().activeBytes).toBe(0);
      residentBytes.push(process.memoryUsage().rss);
    }
    const growth = (residentBytes.at(-1) ?? 0) - (residentBytes[7] ?? 0);
    expect(growth).toBeLessThan(24_000_000);
  });

  test('a model that is dropped without unload is given back by the garbage collector or the next disposal', async () => {
    const backend = await createMLXBackend({ device: 'cpu' });
    const { graph, weights } = createTinyModel();
    await backend.loadModel(graph, weights);
    expect(backend.memory().activeBytes).toBeGreaterThan(0);
    await backend[Symbol.asyncDispose]();
    expect(backend.memory().activeBytes).toBe(0);
  });
});

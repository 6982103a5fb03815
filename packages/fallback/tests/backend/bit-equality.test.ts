import { createTinyModel } from '@mlxengine/testing';
import { describe, expect, test } from 'vitest';
import { createFallbackBackend } from '../../src/index.js';
import { promptOf, request, tokensOf } from './tokens.js';

const quantization = { mode: 'affine', bits: 4, groupSize: 32 } as const;

describe.each([[false], [true]])('relaxed SIMD: %s', (relaxedSimd) => {
  test('logits are the same to the bit for any chunk', async () => {
    await using backend = await createFallbackBackend({ experimental: { relaxedSimd } });
    const { graph, weights } = createTinyModel({ quantization, dtype: 'F16' });
    const model = await backend.loadModel(graph, weights);
    const tokens = promptOf(300);
    const whole = await model.score({ tokens, logits: true });
    for (const chunkSize of [1, 3, 8, 13, 64, 299]) {
      expect(await model.score({ tokens, chunkSize, logits: true })).toEqual(whole);
    }
  });

  test('an answer is the same after any cached prefix', async () => {
    await using backend = await createFallbackBackend({ experimental: { relaxedSimd } });
    const { graph, weights } = createTinyModel({ quantization });
    const model = await backend.loadModel(graph, weights);
    const sampling = { temperature: 1, topP: 0.95, minP: 0, topK: 0, seed: 5 };
    const asked = request(promptOf(270), { maxTokens: 40, sampling });
    const alone = await tokensOf(model, asked);
    for (const kept of [1, 100, 255, 256, 257, 269]) {
      await tokensOf(model, request([...promptOf(270).slice(0, kept), ...promptOf(20, 9)], { maxTokens: 30 }));
      expect(await tokensOf(model, asked)).toEqual(alone);
    }
  });
});

test('in a worker and in the calling thread the answer is the same to the bit', async () => {
  const { graph, weights } = createTinyModel({ quantization });
  const results = [];
  for (const inline of [false, true]) {
    await using backend = await createFallbackBackend({ inline });
    const model = await backend.loadModel(graph, weights);
    results.push(await model.score({ tokens: promptOf(100), logits: true }));
  }
  expect(results[0]).toEqual(results[1]);
});

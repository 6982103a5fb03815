import { createTinyModel } from '@mlxengine/testing';
import process from 'node:process';
import { expect, test } from 'vitest';
import { createFallbackBackend } from '../../src/index.js';
import { promptOf, request, tokensOf } from './tokens.js';

test.each([[false, 25], [true, 12]])('rounds of load, generate and unload leave nothing behind; inline: %s', async (inline, rounds) => {
  await using backend = await createFallbackBackend({ inline });
  // A block of this cache takes 17 MB, and the prompt fills two of them.
  const { graph, weights } = createTinyModel({ layers: 8, heads: 8, keyValueHeads: 8, headDimension: 128 });
  const sizes: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const model = await backend.loadModel(graph, weights);
    const controller = new AbortController();
    const aborted = tokensOf(model, request(promptOf(300), { maxTokens: 50 }), controller.signal);
    if (round % 2 === 0) setTimeout(() => controller.abort(), 20);
    await aborted.catch(() => undefined);
    await tokensOf(model, request(promptOf(260, round), { maxTokens: 2 }));
    expect(backend.memory().activeBytes).toBeGreaterThan(30e6);
    await model.unload();
    expect(backend.memory().activeBytes).toBe(0);
    globalThis.gc?.();
    sizes.push(process.memoryUsage().rss);
  }
  // A round that kept its memory would add 35 MB or more.
  const early = Math.min(...sizes.slice(0, 3));
  const late = Math.min(...sizes.slice(-3));
  expect((late - early) / 1e6).toBeLessThan(rounds * 10);
}, 120_000);

test('a score gives its blocks back', async () => {
  await using backend = await createFallbackBackend();
  const { graph, weights } = createTinyModel();
  const model = await backend.loadModel(graph, weights);
  await model.score({ tokens: promptOf(600) });
  const { activeBytes } = backend.memory();
  for (let round = 0; round < 5; round++) await model.score({ tokens: promptOf(600, round) });
  expect(backend.memory().activeBytes).toBe(activeBytes);
});

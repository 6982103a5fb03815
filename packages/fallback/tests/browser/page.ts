// What the page under test runs: the package as a bundler takes it for browsers, and a model over HTTP.
import type { ModelSource } from '@mlxengine/core';
import type { TokenRequest } from '@mlxengine/core/backend';
import { createFallbackBackend, probeFallback } from '@mlxengine/fallback';
import { readCheckpoint } from '@mlxengine/models';

function openFolder(files: readonly { readonly path: string; readonly size: number }[]): ModelSource {
  return {
    name: 'starter',
    list: async () => files,
    read: async (path, { offset = 0, length } = {}) => {
      const end = length === undefined ? '' : String(offset + length - 1);
      const response = await fetch(`/checkpoint/${path}`, { headers: { range: `bytes=${offset}-${end}` } });
      return new Uint8Array(await response.arrayBuffer());
    },
  };
}

/** Loads, answers, and aborts a long prompt; tells what it saw. */
async function answer(files: readonly { readonly path: string; readonly size: number }[], request: TokenRequest): Promise<object> {
  const backend = await createFallbackBackend();
  const { graph, weights } = await readCheckpoint(openFolder(files));
  const model = await backend.loadModel(graph, weights);
  const tokens: number[] = [];
  let statistics: unknown;
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  for await (const batch of model.generate(request)) {
    if (batch.type === 'tokens') tokens.push(...batch.tokens);
    if (batch.type === 'finish') ({ statistics } = batch);
  }
  clearInterval(timer);
  const controller = new AbortController();
  const prompt = Array.from({ length: 2000 }, (_, index) => index);
  const aborted = model.score({ tokens: prompt }, { signal: controller.signal }).then(() => 'done', (error: { name: string }) => error.name);
  setTimeout(() => controller.abort(), 50);
  const outcome = { device: backend.device.name, tokens, statistics, turns, aborted: await aborted, isolated: crossOriginIsolated };
  const begin = performance.now();
  await model.score({ tokens: [1, 2] });
  const afterAbortMs = performance.now() - begin;
  await model.unload();
  return { ...outcome, afterAbortMs, bytesAfterUnload: backend.memory().activeBytes };
}

Object.assign(globalThis, { answer, probe: probeFallback });

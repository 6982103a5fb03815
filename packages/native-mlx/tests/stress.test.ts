import type { BackendModel, TokenRequest } from '@mlxengine/core/backend';
import { createTinyModel } from '@mlxengine/testing';
import { describe, expect, test } from 'vitest';
import { createMLXBackend } from '../src/index.js';
import { greedy, missing, suiteName } from './mlx.js';

const callers = 16;
const requestsInAll = 10_000;

// The same numbers every time.
function randomNumbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

interface Tally {
  finished: number;
  aborted: number;
  left: number;
}

/** One short request: most run to their end, some are aborted by a signal, some are left by their reader. */
async function ask(model: BackendModel, random: (limit: number) => number, tally: Tally): Promise<void> {
  const controller = new AbortController();
  const maxTokens = 1 + random(5);
  const request: TokenRequest = {
    prompt: Array.from({ length: 1 + random(12) }, () => random(96)), maxTokens, stopTokens: [random(96)], sampling: { ...greedy, temperature: random(2), seed: random(1000) },
  };
  const fate = random(10);
  if (fate === 0) controller.abort();
  if (fate === 1) setTimeout(() => controller.abort(), random(8));
  try {
    let tokens = 0;
    for await (const batch of model.generate(request, { signal: controller.signal })) {
      if (batch.type === 'tokens') tokens += batch.tokens.length;
      if (batch.type === 'tokens' && fate === 2) return void tally.left++;
      if (batch.type !== 'finish') continue;
      expect(tokens).toBe(batch.statistics.completionTokens);
      expect(tokens).toBeLessThanOrEqual(maxTokens);
      return void tally.finished++;
    }
    throw new TypeError('a request ended without saying how');
  } catch (error) {
    if ((error as { readonly code?: string }).code !== 'aborted.operation') throw error;
    tally.aborted++;
  }
}

describe.skipIf(missing !== '')(suiteName('10,000 short requests from 16 callers', missing), () => {
  test('are all answered or aborted, and leave no memory behind', { timeout: 300_000 }, async () => {
    const { graph, weights } = createTinyModel();
    const backend = await createMLXBackend({ device: 'cpu' });
    const model = await backend.loadModel(graph, weights);
    const tally: Tally = { finished: 0, aborted: 0, left: 0 };
    const residentBytes: number[] = [];
    let begun = 0;
    const caller = async (id: number): Promise<void> => {
      const random = randomNumbers(id);
      while (begun < requestsInAll) {
        if (++begun % 1000 === 0) residentBytes.push(process.memoryUsage().rss);
        await ask(model, random, tally);
      }
    };
    await Promise.all(Array.from({ length: callers }, (_, id) => caller(id)));
    expect(tally.finished + tally.aborted + tally.left).toBe(begun);
    expect(tally.aborted).toBeGreaterThan(requestsInAll / 20);
    expect((residentBytes.at(-1) ?? 0) - (residentBytes[2] ?? 0)).toBeLessThan(32_000_000);
    await model.unload();
    expect(backend.memory().activeBytes).toBe(0);
    await backend[Symbol.asyncDispose]();
  });
});

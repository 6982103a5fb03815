import { AbortedError, BackendError } from '@mlxengine/core';
import type { BackendModel, TokenConstraint, TokenRequest } from '@mlxengine/core/backend';
import { createTinyModel } from '@mlxengine/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMLXBackend } from '../src/index.js';
import { generateTokens, greedy, missing, suiteName } from './mlx.js';

// Of different lengths, so that they come and go at different steps.
const requests: readonly Pick<TokenRequest, 'prompt' | 'maxTokens' | 'sampling'>[] = Array.from({ length: 12 }, (_, i) => ({
  prompt: Array.from({ length: 1 + ((i * 7) % 40) }, (_, at) => (i * 31 + at * 7 + 1) % 96),
  maxTokens: 3 + ((i * 11) % 30),
  sampling: { ...greedy, temperature: i % 3 === 0 ? 0.8 : 0, seed: i },
}));

const onlyEven: TokenConstraint = {
  fillMask: (mask) => void mask.fill(0x55555555),
  accept: () => undefined,
  forced: () => [],
};

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe.skipIf(missing !== '')(suiteName('requests side by side', missing), () => {
  let model: BackendModel;
  let alone: number[][];

  beforeAll(async () => {
    const { graph, weights } = createTinyModel();
    model = await (await createMLXBackend({ device: 'cpu' })).loadModel(graph, weights);
    alone = [];
    for (const request of requests) alone.push(await generateTokens(model, request));
  });

  afterAll(() => model.unload());

  test('give the tokens that each gives alone', async () => {
    expect(await Promise.all(requests.map((request) => generateTokens(model, request)))).toEqual(alone);
  });

  test('join while others decode', async () => {
    const answers = requests.map(async (request, i) => {
      for (let at = 0; at < i * 3; at++) await turn();
      return generateTokens(model, request);
    });
    expect(await Promise.all(answers)).toEqual(alone);
  });

  test('a short request does not wait for a long one', async () => {
    const ended: string[] = [];
    const long = generateTokens(model, { prompt: [1, 2, 3], maxTokens: 200 }).then(() => ended.push('long'));
    await turn();
    await generateTokens(model, { prompt: [4, 5], maxTokens: 3 }).then(() => ended.push('short'));
    await long;
    expect(ended).toEqual(['short', 'long']);
  });

  test('an aborted one leaves the others as they are', async () => {
    const controller = new AbortController();
    const aborted = (async () => {
      let seen = 0;
      for await (const batch of model.generate({ prompt: [9, 9, 9], maxTokens: 200, stopTokens: [], sampling: greedy }, { signal: controller.signal })) {
        if (batch.type === 'tokens' && (seen += batch.tokens.length) > 5) controller.abort();
      }
    })();
    const others = Promise.all(requests.map((request) => generateTokens(model, request)));
    await expect(aborted).rejects.toThrow(AbortedError);
    expect(await others).toEqual(alone);
  });

  test('a grammar holds for its own request alone', async () => {
    const constrained = generateTokens(model, { prompt: [1, 2, 3], maxTokens: 12, constraint: onlyEven });
    const others = Promise.all(requests.map((request) => generateTokens(model, request)));
    const tokens = await constrained;
    expect(tokens).toHaveLength(12);
    expect(tokens.every((token) => token % 2 === 0)).toBe(true);
    expect(await others).toEqual(alone);
  });

  test('a grammar that throws ends its own request alone', async () => {
    let masks = 0;
    const failing: TokenConstraint = {
      ...onlyEven,
      fillMask: (mask) => {
        if (++masks > 3) throw new RangeError('no more');
        mask.fill(0x55555555);
      },
    };
    const constrained = generateTokens(model, { prompt: [1, 2, 3], maxTokens: 12, constraint: failing });
    const others = Promise.all(requests.map((request) => generateTokens(model, request)));
    await expect(constrained).rejects.toThrow('no more');
    expect(await others).toEqual(alone);
  });

  test('a request with steps of its own gives the same in any company', async () => {
    const request = { prompt: [3, 1, 4, 1, 5], maxTokens: 20, deterministic: true };
    const before = await generateTokens(model, request);
    const [among] = await Promise.all([generateTokens(model, request), ...requests.map((other) => generateTokens(model, other))]);
    expect(among).toEqual(before);
  });

  test('more than fit at a time wait for their turn', async () => {
    const many = Array.from({ length: 100 }, (_, i) => i % requests.length);
    const answers = await Promise.all(many.map((i) => generateTokens(model, requests[i] as (typeof requests)[number])));
    expect(answers).toEqual(many.map((i) => alone[i]));
  });
});

describe.skipIf(missing !== '')(suiteName('the queue of requests', missing), () => {
  test('is served one by one where memory has no room for more', async () => {
    const { graph, weights } = createTinyModel();
    const backend = await createMLXBackend({ device: 'cpu' });
    const model = await backend.loadModel(graph, weights);
    const ended: number[] = [];
    const run = (i: number, maxTokens: number): Promise<number[]> => generateTokens(model, { prompt: [1, 2, 3 + i], maxTokens }).finally(() => ended.push(i));
    const alone = await run(0, 5);
    // Not a byte is left; who runs alone gets what there is.
    await backend.setMemoryLimits?.({ memoryLimit: backend.memory().activeBytes });
    ended.length = 0;
    const answers = await Promise.all([run(0, 5), run(1, 60), run(2, 5)]);
    expect(answers[0]).toEqual(alone);
    expect(ended).toEqual([0, 1, 2]);
    await backend[Symbol.asyncDispose]();
  });

  test('is bounded: one more is refused, and those within are served', async () => {
    const { graph, weights } = createTinyModel();
    const backend = await createMLXBackend({ device: 'cpu' });
    const model = await backend.loadModel(graph, weights, { batching: { maxSequences: 1, maxWaiting: 2 } });
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => generateTokens(model, { prompt: [1, 2], maxTokens: 40 })));
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    expect(refused.length).toBeGreaterThan(0);
    for (const error of refused) {
      expect(error).toBeInstanceOf(BackendError);
      expect(error).toMatchObject({ code: 'backend.busy' });
    }
    const served = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(served.length).toBeGreaterThan(1);
    for (const tokens of served) expect(tokens).toEqual(served[0]);
    await model.unload();
  });

  test('unloading ends those who wait and those who run', async () => {
    const { graph, weights } = createTinyModel();
    const model = await (await createMLXBackend({ device: 'cpu' })).loadModel(graph, weights, { batching: { maxSequences: 2 } });
    const running = Array.from({ length: 6 }, () => generateTokens(model, { prompt: [1, 2], maxTokens: 100 }));
    const settled = Promise.allSettled(running);
    await turn();
    await model.unload();
    for (const result of await settled) expect(result.status === 'rejected' && (result.reason as { code: string }).code).toBe('unloaded.engine');
  });

  test.each([{ maxSequences: 0 }, { maxSequences: 257 }, { maxWaiting: -1 }, { maxWaiting: 0.5 }])('refuses %o', async (batching) => {
    const { graph, weights } = createTinyModel();
    const backend = await createMLXBackend({ device: 'cpu' });
    await expect(backend.loadModel(graph, weights, { batching })).rejects.toMatchObject({ code: 'argument.out-of-range' });
  });
});

import { AbortedError, BackendError, UnloadedError } from '@mlxengine/core';
import type { TokenConstraint } from '@mlxengine/core/backend';
import { createTinyModel, type TinyModel } from '@mlxengine/testing';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { beforeAll, expect, test } from 'vitest';
import { createFallbackBackend } from '../../src/index.js';
import { promptOf, request, tokensOf } from './tokens.js';

let big: TinyModel;
beforeAll(() => {
  // Some 4 million weights: a prompt of 900 tokens takes about a second.
  big = createTinyModel({ layers: 4, hiddenSize: 256, intermediateSize: 768, heads: 8, keyValueHeads: 4 });
});

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

test.each([false, true])('an abort ends the work within a layer or so; inline: %s', async (inline) => {
  await using backend = await createFallbackBackend({ inline });
  const model = await backend.loadModel(big.graph, big.weights);
  const whole = await timed(() => tokensOf(model, request(promptOf(900), { maxTokens: 1 })));
  const controller = new AbortController();
  const running = tokensOf(model, request(promptOf(900, 2), { maxTokens: 1 }), controller.signal);
  setTimeout(() => controller.abort(), whole / 10);
  await expect(running).rejects.toThrow(AbortedError);
  const next = await timed(() => tokensOf(model, request([1], { maxTokens: 1 })));
  expect(next).toBeLessThan(whole / 3);
});

test('the event loop stays free while a worker computes', async () => {
  await using backend = await createFallbackBackend();
  const model = await backend.loadModel(big.graph, big.weights);
  const before = performance.eventLoopUtilization();
  await tokensOf(model, request(promptOf(900, 3), { maxTokens: 20 }));
  expect(performance.eventLoopUtilization(before).utilization).toBeLessThan(0.3);
});

test('the event loop turns often while the calling thread computes', async () => {
  await using backend = await createFallbackBackend({ inline: true });
  const model = await backend.loadModel(big.graph, big.weights);
  let turns = 0;
  let running = true;
  const turn = (): void => {
    turns++;
    if (running) setImmediate(turn);
  };
  turn();
  // Time on the processor, so that a busy machine does not count.
  const before = process.cpuUsage();
  await tokensOf(model, request(promptOf(600, 4), { maxTokens: 20 }));
  running = false;
  expect(process.cpuUsage(before).user / 1000 / turns).toBeLessThan(10);
});

test('unload ends what runs, at once', async () => {
  await using backend = await createFallbackBackend();
  const model = await backend.loadModel(big.graph, big.weights);
  const running = tokensOf(model, request(promptOf(900, 5), { maxTokens: 50 }));
  const waiting = tokensOf(model, request(promptOf(10), { maxTokens: 50 }));
  const expectations = [expect(running).rejects.toThrow(UnloadedError), expect(waiting).rejects.toThrow(UnloadedError)];
  await model.unload();
  await Promise.all(expectations);
  await expect(model.score({ tokens: [1, 2] })).rejects.toThrow(UnloadedError);
  expect(backend.memory().activeBytes).toBe(0);
});

test('a request that waits can be aborted without a trace', async () => {
  await using backend = await createFallbackBackend();
  const model = await backend.loadModel(big.graph, big.weights);
  const running = tokensOf(model, request(promptOf(300, 6), { maxTokens: 3 }));
  const controller = new AbortController();
  const waiting = model.score({ tokens: [1, 2] }, { signal: controller.signal });
  controller.abort('enough');
  await expect(waiting).rejects.toMatchObject({ cause: 'enough' });
  expect(await running).toHaveLength(3);
});

test('an exception of a constraint ends its request and no other', async () => {
  await using backend = await createFallbackBackend();
  const { graph, weights } = createTinyModel();
  const model = await backend.loadModel(graph, weights);
  const constraint: TokenConstraint = {
    fillMask: () => { throw new RangeError('no such rule'); },
    accept: () => undefined,
    forced: () => [],
  };
  await expect(tokensOf(model, request([1, 2], { constraint }))).rejects.toThrow(BackendError);
  await expect(tokensOf(model, request([1, 2], { constraint }))).rejects.toThrow('no such rule');
  expect(await tokensOf(model, request([1, 2]))).toHaveLength(8);
});

test('forced tokens in numbers are taken at once, up to a stop token', async () => {
  await using backend = await createFallbackBackend();
  const { graph, weights } = createTinyModel();
  const model = await backend.loadModel(graph, weights);
  const accepted: number[] = [];
  const constraint: TokenConstraint = {
    fillMask: (mask) => mask.fill(0xffffffff),
    accept: (token) => accepted.push(token),
    forced: () => promptOf(70).map((token) => (token === 5 ? 6 : token)).concat(5, 7),
  };
  const tokens = await tokensOf(model, request([1, 2], { constraint, maxTokens: 100, stopTokens: [5] }));
  expect(tokens).toHaveLength(71);
  expect(tokens.at(-1)).toBe(5);
  expect(accepted).toEqual(tokens);
});

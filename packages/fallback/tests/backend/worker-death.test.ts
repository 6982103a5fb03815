import { platform } from '#platform';
import { BackendError } from '@mlxengine/core';
import { createTinyModel } from '@mlxengine/testing';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { FallbackBackend } from '../../src/fallback-backend.js';
import { compileKernels } from '../../src/kernels/compile-kernels.js';
import { WorkerChannel, type WorkerLike } from '../../src/platform/worker-channel.js';
import type { RuntimeEvent } from '../../src/runtime/protocol.js';
import { promptOf, request, tokensOf } from './tokens.js';

const program = new URL('../../dist/worker-node.js', import.meta.url);

async function backendOn(worker: Worker): Promise<FallbackBackend> {
  const module = await compileKernels('plain');
  const like: WorkerLike = {
    post: (command, transfer) => worker.postMessage(command, [...transfer]),
    onMessage: (handler) => void worker.on('message', (event: RuntimeEvent) => handler(event)),
    onEnd: (handler) => void worker.on('exit', (code) => handler(`its worker ended with code ${code}`)),
    hold: () => undefined,
    terminate: async () => void (await worker.terminate()),
  };
  return new FallbackBackend({ variant: 'plain', module, platform, channel: new WorkerChannel(like), inlineReason: undefined });
}

test('a worker that dies fails its requests, and the backend loads again', async () => {
  const worker = new Worker(program);
  await using backend = await backendOn(worker);
  const { graph, weights } = createTinyModel();
  const model = await backend.loadModel(graph, weights);
  const stream = model.generate(request(promptOf(900), { maxTokens: 100 }));
  const waiting = tokensOf(model, request([1]));
  waiting.catch(() => undefined);
  await stream.next();
  void worker.terminate();
  const rest = async (): Promise<void> => {
    for await (const batch of stream) void batch;
  };
  await expect(rest()).rejects.toThrow(BackendError);
  await expect(waiting).rejects.toThrow('its worker ended');
  await expect(model.score({ tokens: [1, 2] })).rejects.toThrow('Load the model again');
  await model.unload();
  expect(backend.memory().activeBytes).toBe(0);
  const other = await backend.loadModel(graph, weights);
  expect(await tokensOf(other, request([1, 2]))).toHaveLength(8);
});

test('a worker that dies while it loads fails the loading', async () => {
  const worker = new Worker(program);
  await using backend = await backendOn(worker);
  const { graph, weights } = createTinyModel();
  const loading = backend.loadModel(graph, weights, { onProgress: () => void worker.terminate() });
  await expect(loading).rejects.toThrow(BackendError);
  expect(backend.memory().activeBytes).toBe(0);
});

test('a worker that cannot be started is an error, not a wait', async () => {
  const { openWorker } = await import('../../src/platform/worker-handle.js');
  const opening = openWorker(() => {
    const worker = new Worker(new URL('missing.js', import.meta.url));
    return {
      post: () => undefined,
      onMessage: (handler) => void worker.on('message', (event: RuntimeEvent) => handler(event)),
      onEnd: (handler) => void worker.on('error', (error) => handler(error instanceof Error ? error.message : '')),
      hold: () => undefined,
      terminate: async () => void (await worker.terminate()),
    };
  });
  await expect(opening).rejects.toThrow('missing.js');
});

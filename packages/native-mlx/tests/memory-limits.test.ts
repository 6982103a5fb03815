import { InvalidArgumentError, OutOfMemoryError, UnsupportedFeatureError } from '@mlxengine/core';
import type { InferenceBackend, MemoryPressure, MemoryPressureLevel } from '@mlxengine/core/backend';
import { createTinyModel } from '@mlxengine/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { chooseDevice } from '../src/backend/choose-device.js';
import { MLXBackend } from '../src/backend/mlx-backend.js';
import { createMLXBackend } from '../src/index.js';
import { createIsolatedBackend } from '../src/isolate/create-isolated-backend.js';
import { loadAddon } from '../src/loading/load-addon.js';
import { generateTokens, missing, suiteName } from './mlx.js';

const mebibyte = 1024 ** 2;
// Keys and values of 2 layers, 2 heads of 16 each, in float32: 512 bytes a token, 128 KiB a step of 256.
const { graph, weights } = createTinyModel({ contextLength: 4096 });

const outOfMemory = (code: string): unknown => expect.toSatisfy((error) => OutOfMemoryError.isInstance(error) && error.code === code);

describe.skipIf(missing !== '')(suiteName('limits of memory', missing), () => {
  const backends: InferenceBackend[] = [];
  const create = async (options: Parameters<typeof createMLXBackend>[0] = {}): Promise<InferenceBackend> => {
    const backend = await createMLXBackend({ device: 'cpu', ...options });
    backends.push(backend);
    return backend;
  };

  afterEach(async () => {
    // MLX's limits are the process's.
    await backends[0]?.setMemoryLimits?.({ cacheLimit: 32 * mebibyte, memoryLimit: 2 ** 40 });
    await Promise.all(backends.splice(0).map((backend) => backend[Symbol.asyncDispose]()));
  });

  test('are told, and so is what is left', async () => {
    const backend = await create({ memoryLimit: 100 * mebibyte, cacheLimit: mebibyte });
    expect(backend.memory()).toMatchObject({ limits: { memoryLimit: 100 * mebibyte, cacheLimit: mebibyte }, availableBytes: 100 * mebibyte });
    const model = await backend.loadModel(graph, weights);
    const { activeBytes, availableBytes } = backend.memory();
    expect(activeBytes).toBeGreaterThan(0);
    expect(availableBytes).toBe(100 * mebibyte - activeBytes);
    await model.unload();
  });

  test('that are none are refused', async () => {
    const backend = await create();
    await expect(backend.setMemoryLimits?.({ memoryLimit: -1 })).rejects.toThrow(InvalidArgumentError);
    await expect(create({ cacheLimit: 0.5 })).rejects.toThrow(InvalidArgumentError);
    await expect(create({ wiredLimit: 0 })).rejects.toThrow(UnsupportedFeatureError);
  });

  test('keep freed memory down', async () => {
    const backend = await create({ cacheLimit: 0 });
    const model = await backend.loadModel(graph, weights);
    await generateTokens(model, { prompt: [1, 2, 3] });
    expect(backend.memory().cacheBytes).toBe(0);
    await backend.setMemoryLimits?.({ cacheLimit: 32 * mebibyte });
    await generateTokens(model, { prompt: [1, 2, 3] });
    expect(backend.memory().cacheBytes).toBeGreaterThan(0);
  });

  test('refuse weights that do not fit, before any is read', async () => {
    const backend = await create({ memoryLimit: 100_000 });
    const unread = { ...weights, read: () => Promise.reject(new Error('was read')) };
    await expect(backend.loadModel(graph, unread)).rejects.toEqual(outOfMemory('memory.weights'));
    expect(backend.memory().activeBytes).toBe(0);
  });

  test('refuse a sequence that does not fit, and say which would', async () => {
    const backend = await create();
    const model = await backend.loadModel(graph, weights);
    await backend.setMemoryLimits?.({ memoryLimit: backend.memory().activeBytes + 2 * 128 * 1024 + 1000 });
    expect(model.fittingTokens?.()).toBe(512);
    await expect(generateTokens(model, { prompt: [1, 2, 3], maxTokens: 600 })).rejects.toMatchObject({
      code: 'memory.sequence', parameters: { tokens: 603, neededBytes: 3 * 128 * 1024, fittingTokens: 512, quantizedTokens: 3072 },
    });
    await expect(model.score({ tokens: Array.from({ length: 600 }, () => 1) })).rejects.toEqual(outOfMemory('memory.sequence'));
    expect(await generateTokens(model, { prompt: [1, 2, 3], maxTokens: 4 })).toHaveLength(4);
    // What the answer left in the prefix cache is given back where it is wanted.
    expect(model.fittingTokens?.()).toBe(512);
  });

  test('the peak begins anew', async () => {
    const backend = await create();
    const model = await backend.loadModel(graph, weights);
    const before = backend.memory().peakBytes;
    await model.unload();
    await backend.resetPeakMemory?.();
    expect(backend.memory().peakBytes).toBeLessThan(before);
  });

  test('hold in a process of its own, and in the one that takes its place', async () => {
    const { backend, supervisor } = await createIsolatedBackend('cpu');
    backends.push(backend);
    await backend.setMemoryLimits?.({ cacheLimit: 0, memoryLimit: 100 * mebibyte });
    const model = await backend.loadModel(graph, weights);
    expect(backend.memory().availableBytes).toBe(100 * mebibyte - backend.memory().activeBytes);
    process.kill(supervisor.pid ?? 0, 'SIGKILL');
    await generateTokens(model, { prompt: [1, 2, 3] });
    expect(backend.memory().cacheBytes).toBe(0);
    await backend.setMemoryLimits?.({ memoryLimit: mebibyte });
    await expect(generateTokens(model, { prompt: [1], maxTokens: 4000 })).rejects.toEqual(outOfMemory('memory.sequence'));
  });
});

describe.skipIf(missing !== '')(suiteName('memory pressure', missing), () => {
  test('drops what is kept of prompts, then refuses new work until it eases', async () => {
    const addon = loadAddon();
    let level: MemoryPressureLevel = 'none';
    await using backend = new MLXBackend(addon, await chooseDevice(addon, 'cpu'), undefined, { pressure: () => level, pressureIntervalMs: 10 });
    const heard: MemoryPressure[] = [];
    const next = async (wanted: MemoryPressureLevel, refusesWork: boolean): Promise<void> => {
      level = wanted;
      await expect.poll(() => heard.at(-1)).toMatchObject({ level: wanted, refusesWork });
    };
    backend.onMemoryPressure((pressure) => heard.push(pressure));
    const model = await backend.loadModel(graph, weights);
    const loaded = backend.memory().activeBytes;
    await generateTokens(model, { prompt: [1, 2, 3] });
    expect(backend.memory().activeBytes).toBeGreaterThan(loaded);
    await next('warning', false);
    await expect.poll(() => backend.memory().activeBytes).toBe(loaded);
    expect(backend.memory().cacheBytes).toBe(0);
    await generateTokens(model, { prompt: [1, 2, 3] });
    await next('critical', true);
    await expect(generateTokens(model, { prompt: [1] })).rejects.toEqual(outOfMemory('memory.pressure'));
    await expect(backend.loadModel(graph, weights)).rejects.toEqual(outOfMemory('memory.pressure'));
    await next('none', false);
    expect(await generateTokens(model, { prompt: [1] })).toHaveLength(16);
  });
});

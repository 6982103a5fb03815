import { AbortedError, loadModel, ModelNotFoundError, openFolder, OutOfMemoryError, UnsupportedFeatureError, type LLMEngineLoader } from 'mlxengine';
import * as mlxengine from 'mlxengine';
import type { InferenceBackend } from '@mlxengine/core/backend';
import { createFallbackBackend } from '@mlxengine/fallback';
import { describe, expect, it } from 'vitest';
import { starterCheckpoint } from '../cli/command.js';

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(() => expect.unreachable(), (error: unknown) => error);
}

describe('loadModel', () => {
  it('takes a name, a folder and a source of files', async () => {
    for (const model of ['smollm2', starterCheckpoint, await openFolder(starterCheckpoint)]) {
      await using engine = await loadModel(model, { backend: 'fallback' });
      expect(engine.model).toMatchObject({ architecture: 'llama', parameterCount: 134515008, contextLength: 8192 });
      const { text } = await engine.generate('What is the capital of France?', { maxTokens: 12 });
      expect(text).toContain('Paris');
    }
  });

  it('tells how far it is, phase by phase', async () => {
    const phases = new Set<string>();
    let bytes = 0;
    await using engine = await loadModel('smollm2', {
      backend: 'fallback',
      onProgress: ({ phase, loadedBytes }) => {
        phases.add(phase);
        if (phase === 'weights') bytes = loadedBytes ?? 0;
      },
    });
    expect([...phases]).toEqual(['read', 'tokenizer', 'weights']);
    expect(bytes).toBe(engine.model.weightBytes);
  });

  it('uses a backend of the application and leaves it open', async () => {
    await using backend = await createFallbackBackend();
    for (const question of ['Hello', 'Good bye']) {
      await using engine = await loadModel('smollm2', { backend });
      expect(engine.backendSelection).toMatchObject({ requested: 'custom', backend: 'fallback' });
      expect((await engine.generate(question, { maxTokens: 3 })).usage?.completionTokens).toBeGreaterThan(0);
    }
    expect(backend.memory().activeBytes).toBe(0);
  });

  it('stops by its signal, before and while it loads', async () => {
    expect(AbortedError.isInstance(await rejection(loadModel('smollm2', { signal: AbortSignal.abort() })))).toBe(true);
    const controller = new AbortController();
    const loading = loadModel('smollm2', {
      backend: 'fallback',
      signal: controller.signal,
      onProgress: ({ phase }) => phase === 'weights' && controller.abort(),
    });
    expect(AbortedError.isInstance(await rejection(loading))).toBe(true);
  });

  it('refuses what it cannot honour', async () => {
    expect(ModelNotFoundError.isInstance(await rejection(loadModel('smollm3000')))).toBe(true);
    expect(UnsupportedFeatureError.isInstance(await rejection(loadModel('smollm2', { backend: 'fallback', dtype: 'float16' })))).toBe(true);
    expect(UnsupportedFeatureError.isInstance(await rejection(loadModel('smollm2', { backend: 'abacus' as 'auto' })))).toBe(true);
    const onMlx = loadModel('smollm2', { backend: 'mlx', experimental: { relaxedSimd: true } });
    expect(UnsupportedFeatureError.isInstance(await rejection(onMlx))).toBe(true);
    const misspelled = { relaxedSIMD: true } as Record<string, boolean>;
    expect(UnsupportedFeatureError.isInstance(await rejection(loadModel('smollm2', { experimental: misspelled })))).toBe(true);
  });

  it('refuses a model that the device cannot hold before its weights are read', async () => {
    await using real = await createFallbackBackend();
    const { specificationVersion, name, supports } = real;
    const backend: InferenceBackend = {
      specificationVersion,
      name,
      supports,
      device: { kind: 'toy', name: 'a toy', memoryBytes: 1_000_000 },
      loadModel: () => expect.unreachable(),
      memory: () => real.memory(),
      [Symbol.asyncDispose]: async () => undefined,
    };
    const refused = await rejection(loadModel('smollm2', { backend }));
    expect(OutOfMemoryError.isInstance(refused)).toBe(true);
    expect((refused as Error).message).toMatch(/smollm2 needs \d{9} bytes.* but a toy has 1000000 left/);
  });

  it('keeps to the limits that it is given', async () => {
    const limited = loadModel('smollm2', { backend: 'mlx', memoryLimit: 50_000_000 });
    expect(await rejection(limited)).toMatchObject({ code: expect.stringMatching(/^memory\.model/) as string });
    const onFallback = loadModel('smollm2', { backend: 'fallback', memoryLimit: 1_000_000_000 });
    expect(UnsupportedFeatureError.isInstance(await rejection(onFallback))).toBe(true);
    await using model = await loadModel('smollm2', { backend: 'mlx', memoryLimit: 170_000_000 });
    expect(model.model.contextLength).toBeLessThan(8192);
  });

  it('makes the module a loader', () => {
    const loader: LLMEngineLoader = mlxengine;
    expect(typeof loader.loadModel).toBe('function');
  });
});

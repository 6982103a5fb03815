import { CheckpointError, type WeightSource } from '@mlxengine/core';
import { createReferenceBackend, createTinyModel } from '@mlxengine/testing';
import { describe, expect, test } from 'vitest';
import { awaitRequest } from '../src/backend/await-request.js';
import { modelSpecification } from '../src/backend/model-specification.js';
import { createMLXBackend } from '../src/index.js';
import { loadAddon } from '../src/loading/load-addon.js';
import { missing, suiteName } from './mlx.js';

/** The same tensors, read from first to last. */
function streamed(weights: WeightSource): WeightSource {
  const open: NonNullable<WeightSource['open']> = (name) => {
    let offset = 0;
    return { read: async (into) => into.set((await weights.read(name)).subarray(offset, (offset += into.length))) };
  };
  return { ...weights, open, read: () => Promise.reject(new Error('not to be read whole')) };
}

describe.skipIf(missing !== '')(suiteName('tensors that come through JavaScript', missing), () => {
  test('come in parts, converted or not, and give the same logits', async () => {
    // An embedding of 9 MiB, which is more than a part.
    const { graph, weights } = createTinyModel({ layers: 1, hiddenSize: 256, vocabularySize: 9216 });
    const request = { tokens: [5, 9215, 3000, 1], logits: true };
    const reference = await createReferenceBackend().loadModel(graph, weights);
    const { logits: expected = new Float32Array() } = await reference.score(request);
    const backend = await createMLXBackend({ device: 'cpu' });
    for (const [source, dtype, tolerance] of [[weights, 'float32', 1e-4], [streamed(weights), 'float32', 1e-4], [streamed(weights), 'float16', 0.02]] as const) {
      const model = await backend.loadModel(graph, source, { dtype });
      const { logits = new Float32Array() } = await model.score(request);
      const errors = expected.map((value, index) => Math.abs(value - (logits[index] ?? Number.NaN)));
      expect(errors.every((error) => error < tolerance)).toBe(true);
      await model.unload();
    }
  });

  test('that are shorter than said are refused, and nothing of them stays', async () => {
    const backend = await createMLXBackend({ device: 'cpu' });
    const { graph, weights } = createTinyModel();
    const source: WeightSource = { ...weights, read: async (name) => (await weights.read(name)).subarray(4) };
    await expect(backend.loadModel(graph, source)).rejects.toSatisfy((error) => CheckpointError.isInstance(error));
    expect(backend.memory().activeBytes).toBe(0);
  });

  test('are refused by the addon where they are too long, unknown, or incomplete', async () => {
    const { graph, weights } = createTinyModel();
    const specification = modelSpecification({ graph, weights, device: 'cpu', dtype: undefined });
    const model = new (loadAddon().Model)(specification);
    const provide = (name: string, length: number): Promise<unknown> =>
      awaitRequest({ operation: 'provide', start: (onEvent) => model.provide(name, new Uint8Array(length), onEvent) });
    const { name = '' } = specification.tensors[0] ?? {};
    await provide(name, 4);
    await expect(provide(name, 3)).rejects.toThrow('whole elements');
    await expect(provide(name, weights.tensors.get(name)?.byteLength ?? 0)).rejects.toThrow('whole elements');
    await expect(provide('no such tensor', 4)).rejects.toThrow('got none');
    await expect(awaitRequest({ operation: 'load', start: (onEvent) => model.load(onEvent) })).rejects.toThrow('bytes, got 4');
    await awaitRequest({ operation: 'unload', start: (onEvent) => model.unload(onEvent) });
    await expect(provide(name, 4)).rejects.toThrow('expected to be loading');
  });
});

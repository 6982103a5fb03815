import { createTinyModel } from '@mlxengine/testing';
import { describe, expect, test } from 'vitest';
import type { NativeEvent, NativeGenerateRequest } from '../src/abi/native-addon.js';
import { awaitRequest } from '../src/backend/await-request.js';
import { loadWeights } from '../src/backend/load-weights.js';
import { modelSpecification } from '../src/backend/model-specification.js';
import { loadAddon } from '../src/loading/load-addon.js';
import { missing, suiteName } from './mlx.js';

interface Decode {
  readonly crossings: number;
  readonly batches: number;
  readonly elapsedMs: number;
}

/** Crossings of one generation, and the batches in which its tokens came. */
async function decode(layers: number, maxTokens: number): Promise<Decode> {
  const addon = loadAddon();
  const { graph, weights } = createTinyModel({ layers });
  const specification = modelSpecification({ graph, weights, device: 'cpu', dtype: undefined });
  const model = new addon.Model(specification);
  await loadWeights({ native: model, specification, weights, options: {} });
  const request: NativeGenerateRequest = {
    prompt: Uint32Array.of(1, 2, 3), maxTokens, stopTokens: new Uint32Array(), temperature: 0, topP: 1, minP: 0, topK: 0, seed: 0, deterministic: false, constrained: false,
  };
  let batches = 0;
  const onEvent = (event: NativeEvent): undefined => void (event.type === 'tokens' && batches++);
  const [crossings, start] = [addon.crossings(), performance.now()];
  await awaitRequest({ operation: 'generate', start: (listener) => model.generate(request, listener), onEvent });
  const result = { crossings: addon.crossings() - crossings, batches, elapsedMs: performance.now() - start };
  await awaitRequest({ operation: 'unload', start: (listener) => model.unload(listener) });
  return result;
}

describe.skipIf(missing !== '')(suiteName('Node-API crossings of a decode', missing), () => {
  test.each([1, 2, 8])('are one a batch of tokens and three a request, with %i layers', async (layers) => {
    const { crossings, batches, elapsedMs } = await decode(layers, 500);
    // The call, the prefill's progress and the end.
    expect(crossings).toBe(batches + 3);
    // A batch is 64 tokens or 16 ms; the first token comes alone and the last batch may be short.
    expect(batches).toBeLessThanOrEqual(500 / 64 + elapsedMs / 16 + 2);
    expect(batches).toBeLessThan(250);
  });
});

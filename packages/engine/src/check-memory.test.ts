import { OutOfMemoryError, type WeightSource } from '@mlxengine/core';
import type { InferenceBackend, MemoryReport } from '@mlxengine/core/backend';
import { buildGraph, contextMemory, type Checkpoint } from '@mlxengine/models';
import { expect, test } from 'vitest';
import { checkMemory } from './check-memory.js';

const graph = buildGraph({
  model_type: 'llama', vocab_size: 1000, hidden_size: 64, intermediate_size: 256, num_hidden_layers: 2, num_attention_heads: 4,
  max_position_embeddings: 8192, rms_norm_eps: 1e-5,
});
const elements = 1_000_000;
const weights: WeightSource = {
  tensors: new Map([['w', { name: 'w', dtype: 'F16', shape: [elements], byteLength: 2 * elements }]]),
  quantization: () => undefined, location: () => undefined, read: () => Promise.reject(new Error('headers alone')),
};
const configuration = { id: 'toy', architecture: 'llama', parameterCount: elements, contextLength: 8192 };
const checkpoint: Checkpoint = { configuration, config: {}, graph, weights, endTokens: [], task: 'generate' };

function backendWith(memory: Partial<MemoryReport>, kind = 'cpu', memoryBytes?: number): InferenceBackend {
  const device = { kind, name: 'a toy', ...(memoryBytes !== undefined && { memoryBytes }) };
  return { device, memory: () => ({ activeBytes: 0, peakBytes: 0, ...memory }) } as InferenceBackend;
}

const sequence = (contextLength: number): number => {
  const { sequenceBytes, prefillBytes } = contextMemory(graph, 'float32', { prefillChunk: 16, fusedAttention: false, contextLength });
  return sequenceBytes + prefillBytes;
};

function refusal(backend: InferenceBackend): unknown {
  try {
    return checkMemory(checkpoint, backend, undefined);
  } catch (error) {
    return error;
  }
}

test('what fits is left as it is, and so is everything where nothing is known', () => {
  expect(checkMemory(checkpoint, backendWith({ availableBytes: 4 * elements + sequence(8192) }), undefined)).toBe(checkpoint);
  expect(checkMemory(checkpoint, backendWith({}), undefined)).toBe(checkpoint);
});

test('a context that does not fit is cut', () => {
  const { graph: cut, configuration } = checkMemory(checkpoint, backendWith({ availableBytes: 4 * elements + sequence(2048) }), undefined);
  expect([cut.contextLength, configuration.contextLength]).toEqual([2048, 2048]);
});

test('weights that do not fit are refused with the quantization that would', () => {
  const error = refusal(backendWith({ availableBytes: 1_200_000 + sequence(256) }));
  expect(OutOfMemoryError.isInstance(error)).toBe(true);
  expect(error).toMatchObject({
    code: 'memory.model', parameters: { model: 'toy', weightBytes: 4_000_000, neededBytes: 4_000_000 + sequence(256), fittingBits: 8 },
  });
  expect(refusal(backendWith({ availableBytes: 600_000 + sequence(256) }))).toMatchObject({ parameters: { fittingBits: 4 } });
});

test('where none would, with the model that would', () => {
  expect(refusal(backendWith({ availableBytes: 100_000 + sequence(256) }))).toMatchObject({ code: 'memory.model-too-large', parameters: { fittingParameters: 180_000 } });
});

test("without live figures the device's memory counts, in 16 bit where the number format is not known", () => {
  expect(checkMemory(checkpoint, backendWith({}, 'toy', 2 * elements + sequence(8192)), undefined)).toBe(checkpoint);
  expect(refusal(backendWith({}, 'toy', 1_900_000))).toMatchObject({ code: 'memory.model', parameters: { weightBytes: 2_000_000 } });
});

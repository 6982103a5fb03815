import type { TensorInformation, WeightSource } from '@mlxengine/core';
import { buildGraph } from '@mlxengine/models';
import { createReferenceBackend, createTinyModel } from '@mlxengine/testing';
import process from 'node:process';
import { expect, test, vi } from 'vitest';
import { createFallbackBackend } from '../../src/index.js';

const mebibyte = 2 ** 20;

const config = {
  model_type: 'llama', hidden_size: 512, intermediate_size: 65_536, num_hidden_layers: 1, num_attention_heads: 8, vocab_size: 65_536,
  max_position_embeddings: 128, rms_norm_eps: 1e-5, tie_word_embeddings: false,
};

/** 322 MiB of weights that are made when they are read, five tensors of 64 MiB among them; it notes how much memory is held meanwhile. */
class MeasuredWeights implements WeightSource {
  readonly graph = buildGraph(config);
  readonly tensors: ReadonlyMap<string, TensorInformation>;
  readonly read = vi.fn();
  peak = { arrayBuffers: 0, rss: 0 };

  constructor() {
    this.tensors = new Map(this.graph.weights.map(({ path, shape }) => {
      const byteLength = 2 * shape.reduce((product, size) => product * size, 1);
      return [`${path}.weight`, { name: `${path}.weight`, dtype: 'BF16', shape, byteLength }];
    }));
  }

  get totalBytes(): number {
    return [...this.tensors.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  open(): { read(into: Uint8Array): Promise<void> } {
    return {
      read: async (into) => {
        into.fill(1);
        const { arrayBuffers, rss } = process.memoryUsage();
        this.peak = { arrayBuffers: Math.max(this.peak.arrayBuffers, arrayBuffers), rss: Math.max(this.peak.rss, rss) };
      },
    };
  }

  quantization(): undefined {}

  location(): undefined {}
}

test.each([false, true])('while weights are loaded that are made on reading, there is no second copy of a large tensor; inline: %s', async (inline) => {
  await using backend = await createFallbackBackend({ inline });
  const weights = new MeasuredWeights();
  expect(weights.totalBytes).toBeGreaterThan(320 * mebibyte);
  const before = process.memoryUsage();
  const loaded: number[] = [];
  await using model = await backend.loadModel(weights.graph, weights, { onProgress: ({ loadedBytes }) => loaded.push(loadedBytes) });
  const held = weights.peak.arrayBuffers - before.arrayBuffers;
  const beside = weights.peak.rss - before.rss - weights.totalBytes;
  expect(model).toBeDefined();
  expect(loaded.at(-1)).toBe(weights.totalBytes);
  expect(loaded.length).toBeGreaterThan(40);
  expect(weights.read).not.toHaveBeenCalled();
  expect(held / mebibyte).toBeLessThan(24);
  // Less than the largest tensor, whatever else the process does meanwhile.
  expect(beside / mebibyte).toBeLessThan(48);
}, 60_000);

test('every piece gets to its place, of a tensor in parts and of one that a source has whole', async () => {
  await using backend = await createFallbackBackend();
  // The embedding and the head have 10 MB each, more than a piece.
  const { graph, weights } = createTinyModel({ vocabularySize: 40_000, dtype: 'F32' });
  const open = (name: string): { read(into: Uint8Array): Promise<void> } => {
    let offset = 0;
    return {
      read: async (into) => {
        const bytes = await weights.read(name);
        into.set(bytes.subarray(offset, (offset += into.length)));
      },
    };
  };
  await using reference = await createReferenceBackend().loadModel(graph, weights);
  await using parts = await backend.loadModel(graph, { ...weights, open });
  await using whole = await backend.loadModel(graph, weights);
  const asked = { tokens: [1, 20_000, 35_000, 39_998, 39_999] };
  const { logProbabilities } = await reference.score(asked);
  for (const model of [parts, whole]) {
    const found = await model.score(asked);
    expect(found.logProbabilities.map((value, index) => Math.abs(value - (logProbabilities[index] as number))).every((error) => error < 1e-4)).toBe(true);
  }
});

test('an error amid a tensor is the load\'s', async () => {
  await using backend = await createFallbackBackend();
  const { graph, weights } = createTinyModel({ vocabularySize: 40_000 });
  let reads = 0;
  const read = async (): Promise<void> => {
    if (++reads === 2) throw new RangeError('amid');
  };
  await expect(backend.loadModel(graph, { ...weights, open: () => ({ read }) })).rejects.toThrow('amid');
  expect(backend.memory().activeBytes).toBe(0);
});

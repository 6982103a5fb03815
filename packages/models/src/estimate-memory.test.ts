import { buildGraph } from './build-graph.js';
import { expect, test } from 'vitest';
import { contextMemory, estimateMemory, fittingContext } from './estimate-memory.js';
import type { WeightSource } from '@mlxengine/core';

const config = {
  model_type: 'llama', vocab_size: 1000, hidden_size: 64, intermediate_size: 256, num_hidden_layers: 3, num_attention_heads: 4, num_key_value_heads: 2,
  max_position_embeddings: 4096, rms_norm_eps: 1e-5,
};
const graph = buildGraph(config);
const noWeights: WeightSource = {
  tensors: new Map(), quantization: () => undefined, location: () => undefined, read: () => Promise.reject(new Error('headers alone')),
};
const kvOfToken = 3 * 2 * 2 * 16;

test('a sequence takes its keys and values, in the format that they are held in', () => {
  expect(contextMemory(graph, 'float16').sequenceBytes).toBe(4096 * kvOfToken * 2);
  expect(contextMemory(graph, 'float32', { contextLength: 100 }).sequenceBytes).toBe(256 * kvOfToken * 4);
  expect(contextMemory(graph, 'float16', { cache: { maxPositions: 512 } }).sequenceBytes).toBe(512 * kvOfToken * 2);
  expect(estimateMemory(graph, noWeights, 'float16', { cache: { bits: 4 } }).kvBytesPerToken).toBe(kvOfToken * (0.5 + 4 / 64));
});

test('windows do not count for what goes on growing', () => {
  const gemma = buildGraph({ ...config, model_type: 'gemma3_text', head_dim: 16, sliding_window: 512, sliding_window_pattern: 3, query_pre_attn_scalar: 16 });
  expect(gemma.states.filter((state) => state.type === 'kv' && state.window === 512)).toHaveLength(2);
  expect(estimateMemory(gemma, noWeights, 'float16').kvBytesPerToken).toBe((kvOfToken / 3) * 2);
  expect(contextMemory(gemma, 'float16').sequenceBytes).toBe(((2 * 512 + 4096) * kvOfToken * 2) / 3);
});

test('a step takes what lives at its widest point, and scores where attention is not fused', () => {
  // The residual, the norm's output, gate, up and their product; logits of one row in float32, twice.
  const widest = (chunk: number): number => chunk * (64 + 64 + 3 * 256) * 2;
  const prefill = (options: object): number => contextMemory(graph, 'float16', options).prefillBytes;
  expect(prefill({ prefillChunk: 64 })).toBeGreaterThanOrEqual(widest(64) - 64 * 64 * 2);
  expect(prefill({ prefillChunk: 64 })).toBeLessThanOrEqual(widest(64) + 2 * 4 * 1000);
  expect(prefill({ prefillChunk: 128 }) - prefill({ prefillChunk: 64 })).toBe(prefill({ prefillChunk: 64 }) - 2 * 4 * 1000);
  expect(prefill({ prefillChunk: 64, fusedAttention: false })).toBeGreaterThanOrEqual(2 * 4 * 4 * 64 * 4096);
});

test('the context that fits is the longest that does', () => {
  const use = { prefillChunk: 16 };
  const need = (contextLength: number): number => {
    const { sequenceBytes, prefillBytes } = contextMemory(graph, 'float16', { ...use, contextLength });
    return sequenceBytes + prefillBytes;
  };
  expect(fittingContext(graph, 'float16', need(4096), use)).toBe(4096);
  expect(fittingContext(graph, 'float16', need(4096) - 1, use)).toBe(3840);
  expect(fittingContext(graph, 'float16', need(1024), use)).toBe(1024);
  expect(fittingContext(graph, 'float16', need(256) - 1, use)).toBe(0);
});

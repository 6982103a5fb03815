import { CheckpointError, MLXEngineError, UnsupportedFeatureError } from '@mlxengine/core';
import { expect, test } from 'vitest';
import { tinyConfig } from '../../tests/support/tiny-llama.js';
import { buildGraph } from '../build-graph.js';
import { describeGraph } from '../graph/describe-graph.js';

test('the graph of a small llama', async () => {
  await expect(describeGraph(buildGraph(tinyConfig))).toMatchFileSnapshot('../../tests/snapshots/llama.txt');
});

test('biases, an untied head, head_dim and scaled rope', async () => {
  const graph = buildGraph({
    ...tinyConfig, num_hidden_layers: 1, attention_bias: true, mlp_bias: true, tie_word_embeddings: false, head_dim: 16, rope_traditional: true,
    rope_theta: 500000, rope_scaling: { rope_type: 'llama3', factor: 8 },
  });
  await expect(describeGraph(graph)).toMatchFileSnapshot('../../tests/snapshots/llama-variants.txt');
});

const ropes = (config: Readonly<Record<string, unknown>>): unknown => buildGraph({ ...tinyConfig, ...config }).operations.find(({ type }) => type === 'rope');

test('rope_parameters of transformers 5 mean the same', () => {
  const old = { rope_theta: 5000, rope_scaling: { rope_type: 'linear', factor: 2 } };
  expect(ropes({ rope_parameters: { rope_theta: 5000, rope_type: 'linear', factor: 2 } })).toEqual(ropes(old));
  expect(ropes(old)).not.toEqual(ropes({}));
});

test('without max_position_embeddings the context is 2048', () => {
  const contextLength = (config: object): number => buildGraph({ ...tinyConfig, ...config }).contextLength;
  expect(contextLength({ max_position_embeddings: undefined })).toBe(2048);
  expect(contextLength({ max_position_embeddings: 32768, sliding_window: 4096 })).toBe(32768);
});

test('layers slide where layer_types says so, and not for sliding_window alone', () => {
  const windows = (config: object): unknown[] => buildGraph({ ...tinyConfig, ...config }).operations.flatMap((operation) => (operation.type === 'attention' ? [operation.window] : []));
  expect(windows({ sliding_window: 64 })).toEqual([undefined, undefined]);
  expect(windows({ sliding_window: 64, layer_types: ['sliding_attention', 'full_attention'] })).toEqual([64, undefined]);
  expect(() => windows({ layer_types: ['sliding_attention', 'full_attention'] })).toThrow(CheckpointError);
});

test.for([
  { layer_types: ['full_attention', 'linear_attention'] }, { hidden_act: 'gelu' }, { rope_scaling: { type: 'magic', factor: 2 } },
])('%j is not supported, and says so', (config) => {
  expect(() => buildGraph({ ...tinyConfig, ...config })).toThrow(UnsupportedFeatureError);
});

test.for([
  { hidden_size: undefined }, { hidden_size: -1 }, { hidden_size: 2 ** 40 }, { hidden_size: 128.5 }, { hidden_size: '128' }, { num_hidden_layers: 1e9 },
  { num_hidden_layers: 0 }, { num_attention_heads: 0 }, { num_attention_heads: 1e7 }, { num_key_value_heads: 3 }, { head_dim: 7 }, { head_dim: 0 },
  { hidden_size: 2 }, { vocab_size: 1e12 }, { intermediate_size: NaN }, { rms_norm_eps: null }, { rms_norm_eps: -1 }, { rope_theta: 0 }, { rope_theta: Infinity },
  { max_position_embeddings: 0 }, { attention_bias: 'yes' }, { tie_word_embeddings: 2 }, { layer_types: ['full_attention'] }, { layer_types: 'full' },
  { rope_scaling: 'linear' },
])('%j is refused before anything is built', (config) => {
  expect(() => buildGraph({ ...tinyConfig, ...config })).toThrow(CheckpointError);
});

test('whatever a single value is replaced by, the answer is a graph or a typed error', () => {
  const hostile = [null, true, -1, 0, 1, 3, 0.5, 1e308, 2 ** 53, '', 'x', [], {}, [1], { rope_type: {} }, Number.NaN];
  for (const key of [...Object.keys(tinyConfig), 'head_dim', 'rope_theta', 'rope_scaling', 'rope_parameters', 'layer_types', 'sliding_window', 'hidden_act']) {
    for (const value of hostile) {
      try {
        expect(buildGraph({ ...tinyConfig, [key]: value }).operations.length).toBeGreaterThan(0);
      } catch (error) {
        expect(MLXEngineError.isInstance(error), `${key} = ${JSON.stringify(value)}: ${String(error)}`).toBe(true);
      }
    }
  }
});

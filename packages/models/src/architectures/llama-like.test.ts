import { CheckpointError, MLXEngineError, UnsupportedFeatureError } from '@mlxengine/core';
import type { GraphOperation, ModelGraph } from '@mlxengine/core/graph';
import { expect, test } from 'vitest';
import { buildGraph } from '../build-graph.js';
import { findArchitecture } from './registry.js';

type Config = Readonly<Record<string, unknown>>;

const usual = {
  vocab_size: 160, hidden_size: 64, intermediate_size: 96, num_hidden_layers: 4, num_attention_heads: 4, num_key_value_heads: 2, rms_norm_eps: 1e-5,
  rope_theta: 10000, max_position_embeddings: 512, tie_word_embeddings: false,
};
const own: Readonly<Record<string, Config>> = {
  qwen2: {}, qwen3: { head_dim: 32 }, phi: { layer_norm_eps: 1e-5, partial_rotary_factor: 0.5 }, phi3: {}, smollm3: {}, internlm3: {}, seed_oss: { head_dim: 16 },
  granite: { logits_scaling: 8, attention_multiplier: 0.3, embedding_multiplier: 12, residual_multiplier: 0.25 },
  minicpm: { dim_model_base: 32, scale_depth: 1.5, scale_emb: 12 },
};

const config = (modelType: string, more: Config = {}): Config => ({ ...usual, model_type: modelType, ...own[modelType], ...more });

function operations<Type extends GraphOperation['type']>(graph: ModelGraph, type: Type): Extract<GraphOperation, { type: Type }>[] {
  return graph.operations.filter((operation): operation is Extract<GraphOperation, { type: Type }> => operation.type === type);
}

const biased = (graph: ModelGraph): string[] => graph.weights.filter(({ path, bias }) => bias && path.includes('layers.0.')).map(({ path }) => path.split('.').at(-1) ?? '');

test.for(Object.keys(own))('%s: whatever a value is replaced by, the answer is a graph or a typed error', (modelType) => {
  expect(buildGraph(config(modelType)).outputs.logits).toBeDefined();
  const hostile = [null, true, -1, 0, 1, 3, 0.5, 1e308, 2 ** 53, '', 'x', [], {}, [1], { type: 'dynamic' }, { type: 'longrope' }, Number.NaN];
  const more = ['rope_scaling', 'rope_parameters', 'layer_types', 'sliding_window', 'hidden_act', 'partial_rotary_factor', 'no_rope_layers', 'no_rope_layer_interval', 'attention_bias'];
  for (const key of [...Object.keys(config(modelType)), ...more]) {
    for (const value of hostile) {
      try {
        expect(buildGraph(config(modelType, { [key]: value })).operations.length).toBeGreaterThan(0);
      } catch (error) {
        expect(MLXEngineError.isInstance(error), `${key} = ${JSON.stringify(value)}: ${String(error)}`).toBe(true);
      }
    }
  }
});

test('heads of Qwen 2 are equal parts of the hidden size, those of Qwen 3 what head_dim says', () => {
  const dimension = (modelType: string): number[] => operations(buildGraph(config(modelType, { head_dim: 32 })), 'rope').map(({ rotaryDimensions }) => rotaryDimensions);
  expect(dimension('qwen2')).toEqual(Array(8).fill(16));
  expect(dimension('qwen3')).toEqual(Array(8).fill(32));
});

test('biases lie where each family has them', () => {
  expect(biased(buildGraph(config('qwen2')))).toEqual(['q_proj', 'k_proj', 'v_proj']);
  expect(biased(buildGraph(config('qwen3')))).toEqual([]);
  expect(biased(buildGraph(config('internlm3', { qkv_bias: true })))).toEqual(['q_proj', 'k_proj', 'v_proj', 'o_proj']);
  expect(biased(buildGraph(config('seed_oss', { attention_out_bias: true, mlp_bias: true })))).toEqual(['o_proj', 'gate_proj', 'up_proj', 'down_proj']);
  expect(biased(buildGraph(config('phi')))).toEqual(['input_layernorm', 'q_proj', 'k_proj', 'v_proj', 'dense', 'fc1', 'fc2']);
});

test('SmolLM 3 rotates but in every fourth layer, or where its list says 1', () => {
  expect(operations(buildGraph(config('smollm3')), 'rope')).toHaveLength(6);
  expect(operations(buildGraph(config('smollm3', { no_rope_layers: [1, 0, 0, 0] })), 'rope')).toHaveLength(2);
});

test('MiniCPM scales what an own head gets, also where that head is the embedding for want of another', () => {
  const factors = (names: readonly string[], more: Config = {}): (number | string)[] => {
    const { graph } = findArchitecture(config('minicpm')).plan(config('minicpm', more), new Set(names));
    return [operations(graph, 'scale').at(-1)?.factor ?? 0, operations(graph, 'linear').at(-1)?.weight ?? ''];
  };
  expect(factors(['lm_head.weight'])).toEqual([0.5, 'lm_head']);
  expect(factors(['model.norm.weight'])).toEqual([0.5, 'model.embed_tokens']);
  expect(factors([], { tie_word_embeddings: true })).toEqual([0.75, 'model.embed_tokens']);
});

test('Granite scales embeddings, scores, residuals and logits', () => {
  const graph = buildGraph(config('granite', { num_hidden_layers: 1 }));
  expect(operations(graph, 'scale').map(({ factor }) => factor)).toEqual([12, 0.25, 0.25, 0.125]);
  expect(operations(graph, 'attention').map(({ scale }) => scale)).toEqual([0.3]);
});

test.for([...Object.keys(own).map((modelType) => config(modelType, { hidden_act: 'relu' })), config('smollm3', { layer_types: Array(4).fill('linear_attention') }), config('phi3', { rope_scaling: { type: 'yarn', factor: 2 } })])(
  '%j is not supported, and says so',
  (from) => {
    expect(() => buildGraph(from)).toThrow(UnsupportedFeatureError);
  },
);

test.for([
  config('smollm3', { no_rope_layers: [1, 0] }), config('smollm3', { no_rope_layers: [1, 0, 2, 1] }), config('phi', { num_attention_heads: 5, num_key_value_heads: 5 }),
  config('granite', { logits_scaling: 0 }), config('minicpm', { dim_model_base: undefined }), config('qwen2', { hidden_size: 4, num_attention_heads: 4 }),
])('%j is refused before anything is built', (from) => {
  expect(() => buildGraph(from)).toThrow(CheckpointError);
});

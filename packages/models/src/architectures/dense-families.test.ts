import { CheckpointError, MLXEngineError, UnsupportedFeatureError } from '@mlxengine/core';
import type { TensorDtype } from '@mlxengine/core';
import type { GraphOperation } from '@mlxengine/core/graph';
import { expect, test } from 'vitest';
import { buildGraph } from '../build-graph.js';
import { CheckpointTensors } from '../sanitize/checkpoint-tensors.js';
import { SymbolicTensor } from '../sanitize/symbolic-tensor.js';
import { findArchitecture } from './registry.js';

type Config = Readonly<Record<string, unknown>>;

const usual = {
  vocab_size: 160, hidden_size: 64, intermediate_size: 96, num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 2, head_dim: 16,
  rms_norm_eps: 1e-5, layer_norm_eps: 1e-5, norm_eps: 1e-5, rope_theta: 10000, max_position_embeddings: 512, tie_word_embeddings: false,
};
const ministral = { rope_parameters: { rope_type: 'default', rope_theta: 5000, llama_4_scaling_beta: 0.1, original_max_position_embeddings: 64 } };
const own: Readonly<Record<string, Config>> = {
  olmo: { d_model: 64, n_layers: 2, n_heads: 4, mlp_hidden_size: 192, embedding_size: 160 }, olmo2: {}, olmo3: { sliding_window: 8 }, cohere: {},
  cohere2: { sliding_window: 8 }, starcoder2: {}, stablelm: {}, glm: {}, glm4: {}, exaone4: {}, ernie4_5: {}, hunyuan_v1_dense: {}, nemotron: {},
  ministral3: ministral, mistral3: { text_config: { ...usual, ...ministral, model_type: 'ministral3' } }, llava: { text_config: usual },
  gpt2: { n_embd: 64, n_head: 4, n_layer: 2, n_positions: 64 }, gpt_neox: { rotary_pct: 0.25 }, nanochat: {}, bitnet: {},
};
const configs: readonly Config[] = Object.entries(own).map(([model_type, more]) => ({ ...usual, model_type, ...more }));

function config(modelType: string, more: Config = {}): Config {
  return { ...usual, model_type: modelType, ...own[modelType], ...more };
}

function operations<Type extends GraphOperation['type']>(from: Config, type: Type): Extract<GraphOperation, { type: Type }>[] {
  return buildGraph(from).operations.filter((operation): operation is Extract<GraphOperation, { type: Type }> => operation.type === type);
}

/** What a checkpoint's names become. */
function sanitized(from: Config, shapes: Readonly<Record<string, readonly number[]>>, weights: TensorDtype = 'F32'): Readonly<Record<string, readonly number[]>> {
  const tensors = new CheckpointTensors(new Map(Object.entries(shapes).map(([name, shape]) => [name, SymbolicTensor.source({
    name, dtype: name.endsWith('.weight') ? weights : 'F32', shape, byteLength: 0, file: 'model.safetensors', byteOffset: 0,
  })])));
  findArchitecture(from).plan(from).sanitize(tensors);
  return Object.fromEntries(tensors.entries().map(([name, { shape }]) => [name, shape]));
}

test.for(configs)('$model_type: whatever a value is replaced by, the answer is a graph or a typed error', (from) => {
  expect(buildGraph(from).outputs.logits).toBeDefined();
  const hostile = [null, true, -1, 0, 1, 3, 0.5, 1e308, 2 ** 53, '', 'x', [], {}, [1], { type: 'dynamic' }, Number.NaN];
  const more = ['rope_scaling', 'rope_parameters', 'layer_types', 'sliding_window', 'sliding_window_pattern', 'hidden_act', 'partial_rotary_factor', 'clip_qkv'];
  for (const key of [...Object.keys(from), ...more]) {
    for (const value of hostile) {
      try {
        expect(buildGraph({ ...from, [key]: value }).operations.length).toBeGreaterThan(0);
      } catch (error) {
        expect(MLXEngineError.isInstance(error), `${key} = ${JSON.stringify(value)}: ${String(error)}`).toBe(true);
      }
    }
  }
});

test.for([
  config('mistral3', { text_config: { ...usual, model_type: 'mistral4' } }), config('gpt2', { activation_function: 'relu' }), config('nemotron', { hidden_act: 'silu' }),
  config('gpt2', { scale_attn_by_inverse_layer_idx: true }), config('olmo2', { layer_types: ['full_attention', 'linear_attention'] }),
  { ...usual, model_type: 'olmo', attention_bias: true },
])('%j is not supported, and says so', (from) => {
  expect(() => buildGraph(from)).toThrow(UnsupportedFeatureError);
});

test.for([
  config('exaone4', { sliding_window_pattern: 'LLX' }), config('exaone4', { sliding_window_pattern: 4 }), config('exaone4', { sliding_window_pattern: 'LG' }),
  config('hunyuan_v1_dense', { rope_scaling: { type: 'dynamic', factor: 1 } }), config('hunyuan_v1_dense', { rope_scaling: { type: 'linear', factor: 2 } }),
  config('ministral3', { rope_parameters: undefined }), config('ministral3', { rope_parameters: { rope_theta: 1e6 } }), config('mistral3', { text_config: undefined }),
  config('stablelm', { partial_rotary_factor: 0.05 }), config('gpt2', { n_head: 5 }),
])('%j is refused before anything is built', (from) => {
  expect(() => buildGraph(from)).toThrow(CheckpointError);
});

test('full layers of Command R7B and of EXAONE 4 with windows do not rotate', () => {
  const from = config('cohere2', { sliding_window_pattern: 2 });
  expect(operations(from, 'attention').map(({ window }) => window)).toEqual([8, undefined]);
  expect(operations(from, 'rope')).toHaveLength(2);
  expect(operations(config('exaone4', { sliding_window: 8, sliding_window_pattern: 'LG' }), 'rope')).toHaveLength(2);
  expect(operations(config('exaone4'), 'rope')).toHaveLength(4);
});

test('full layers of OLMo 3 alone have scaled positions', () => {
  const from = config('olmo3', { num_hidden_layers: 4, rope_scaling: { type: 'linear', factor: 2 } });
  const second = operations(from, 'rope').map(({ inverseFrequencies }) => inverseFrequencies[0]);
  expect(second).toEqual([1, 1, 1, 1, 1, 1, 0.5, 0.5]);
});

test('OLMo 1 clips queries, keys and values where the config says so', () => {
  expect(operations({ ...usual, model_type: 'olmo', clip_qkv: 8 }, 'clip')).toHaveLength(2);
  expect(operations({ ...usual, model_type: 'olmo' }, 'clip')).toHaveLength(0);
});

test('names of transformers become the graph\'s', () => {
  expect(sanitized(config('gpt2', { tie_word_embeddings: true }), {
    'h.0.attn.c_attn.weight': [64, 192], 'transformer.h.1.mlp.c_fc.bias': [256], 'h.0.attn.bias': [1, 1, 64, 64], 'wte.weight': [160, 64], 'lm_head.weight': [160, 64],
  })).toEqual({ 'model.h.0.attn.c_attn.weight': [192, 64], 'model.h.1.mlp.c_fc.bias': [256], 'model.wte.weight': [160, 64] });
  expect(sanitized(config('gpt2'), { 'model.h.0.attn.c_attn.weight': [192, 64] })).toEqual({ 'model.h.0.attn.c_attn.weight': [192, 64] });
  expect(sanitized(config('gpt_neox'), {
    'gpt_neox.layers.1.attention.dense.bias': [64], 'gpt_neox.layers.1.attention.bias': [1], 'gpt_neox.embed_in.weight': [160, 64], 'embed_out.weight': [160, 64],
  })).toEqual({ 'model.h.1.attention.dense.bias': [64], 'model.embed_in.weight': [160, 64], 'model.embed_out.weight': [160, 64] });
  expect(sanitized(config('mistral3'), {
    'model.language_model.norm.weight': [64], 'lm_head.weight': [160, 64], 'model.vision_tower.a.weight': [1], 'language_model.model.embed_tokens.weight': [160, 64],
    'model.multi_modal_projector.b.weight': [1],
  })).toEqual({
    'language_model.model.norm.weight': [64], 'language_model.lm_head.weight': [160, 64], 'language_model.model.embed_tokens.weight': [160, 64],
  });
  expect(sanitized(config('nanochat'), { 'model.layers.1.self_attn.q_proj.weight': [64, 64], 'model.layers.1.mlp.fc2.weight': [64, 96] })).toEqual({
    'transformer.h.1.attn.c_q.weight': [64, 64], 'transformer.h.1.mlp.c_proj.weight': [64, 96],
  });
});

test('ternary weights become affine ones, and others are refused', () => {
  const name = 'model.layers.0.mlp.up_proj.weight';
  const shapes = { [name]: [24, 64], [`${name}_scale`]: [1] };
  const path = name.replace('.weight', '');
  expect(sanitized(config('bitnet'), shapes, 'U8')).toEqual({ [`${path}.weight`]: [96, 4], [`${path}.scales`]: [96, 1], [`${path}.biases`]: [96, 1] });
  expect(() => sanitized(config('bitnet'), { [name]: [96, 64] })).toThrow(UnsupportedFeatureError);
});

test('the parts of one weight are joined', () => {
  const part = (name: string): string => `model.layers.0.self_attn.${name}`;
  expect(sanitized({ ...usual, model_type: 'olmo' }, {
    [part('k_proj.weight')]: [32, 64], [part('q_proj.weight')]: [64, 64], [part('v_proj.weight')]: [32, 64], [part('o_proj.weight')]: [64, 64],
  })).toEqual({ 'model.transformer.blocks.0.att_proj.weight': [128, 64], 'model.transformer.blocks.0.attn_out.weight': [64, 64] });
  const norms = Object.fromEntries([0, 1].map((head) => [part(`k_layernorm.norms.${head}.weight`), [16]]));
  expect(sanitized(config('stablelm'), norms)).toEqual({ [part('k_layernorm.weight')]: [2, 16] });
});

import { CheckpointError, MLXEngineError, UnsupportedFeatureError } from '@mlxengine/core';
import type { GraphOperation, ModelGraph } from '@mlxengine/core/graph';
import { expect, test } from 'vitest';
import { buildGraph } from '../build-graph.js';
import { CheckpointTensors } from '../sanitize/checkpoint-tensors.js';
import { SymbolicTensor } from '../sanitize/symbolic-tensor.js';
import { findArchitecture } from './registry.js';

type Config = Readonly<Record<string, unknown>>;

const usual = {
  vocab_size: 160, hidden_size: 96, intermediate_size: 64, num_hidden_layers: 4, num_attention_heads: 4, num_key_value_heads: 2, head_dim: 16,
  rms_norm_eps: 1e-5, rope_theta: 10000, max_position_embeddings: 512, sliding_window: 8, sliding_window_pattern: 2,
};
const types = ['sliding_attention', 'full_attention', 'sliding_attention', 'full_attention'];
const gemma3n = {
  ...usual, num_kv_shared_layers: 2, vocab_size_per_layer_input: 100, rope_local_base_freq: 10000, final_logit_softcapping: 30, layer_types: types,
  activation_sparsity_pattern: [0.95, 0, 0, 0], hidden_size_per_layer_input: 32, altup_num_inputs: 3, altup_coef_clip: 120, altup_correct_scale: true,
  altup_active_idx: 0, laurel_rank: 32,
};
const gemma4 = { ...usual, num_kv_shared_layers: 2, global_head_dim: 32, hidden_size_per_layer_input: 32, vocab_size_per_layer_input: 160 };
const experts = {
  ...gemma4, num_kv_shared_layers: 0, hidden_size_per_layer_input: 0, attention_k_eq_v: true, num_global_key_value_heads: 1, enable_moe_block: true,
  num_experts: 8, top_k_experts: 2, moe_intermediate_size: 32,
};
// The full layers' rope of Gemma 4 is replaced where the variant is not what a test is about.
const plain = { rope_parameters: { full_attention: { rope_theta: 1e6 }, sliding_attention: {} } };

const configs: Readonly<Record<string, Config>> = {
  gemma: usual, gemma2: usual, gemma3_text: usual, gemma3: { vocab_size: 160, text_config: usual }, gemma3n: { text_config: gemma3n },
  gemma4_text: { ...gemma4, ...plain }, gemma4: { vocab_size: 160, text_config: { ...experts, ...plain } },
};

const config = (modelType: string, more: Config = {}): Config => ({ model_type: modelType, ...configs[modelType], ...more });

function operations<Type extends GraphOperation['type']>(graph: ModelGraph, type: Type): Extract<GraphOperation, { type: Type }>[] {
  return graph.operations.filter((operation): operation is Extract<GraphOperation, { type: Type }> => operation.type === type);
}

function sanitized(from: Config, names: readonly string[], shape: readonly number[] = [4, 4]): readonly string[] {
  const tensors = new CheckpointTensors(new Map(names.map((name) => [name, SymbolicTensor.source({
    name, dtype: 'F32', shape, byteLength: 64, file: 'model.safetensors', byteOffset: 0,
  })])));
  findArchitecture(from).plan(from, new Set(names)).sanitize(tensors);
  return tensors.names();
}

test.for(Object.keys(configs))('%s: whatever a value is replaced by, the answer is a graph or a typed error', (modelType) => {
  const from = config(modelType);
  expect(buildGraph(from).outputs.logits).toBeDefined();
  const hostile = [null, true, -1, 0, 1, 3, 0.5, 1e308, 2 ** 53, '', 'x', [], {}, [1], { type: 'dynamic' }, Number.NaN];
  const text = from['text_config'] as Config | undefined;
  for (const key of [...Object.keys(text ?? from), 'rope_scaling', 'layer_types', 'hidden_activation', 'text_config']) {
    for (const value of hostile) {
      for (const changed of [{ ...from, [key]: value }, { ...from, text_config: { ...text, [key]: value } }]) {
        try {
          expect(buildGraph(changed).operations.length).toBeGreaterThan(0);
        } catch (error) {
          expect(MLXEngineError.isInstance(error), `${key} = ${JSON.stringify(value)}: ${String(error)}`).toBe(true);
        }
      }
    }
  }
});

test('the factor on embeddings is in bfloat16 for Gemma 3 alone', () => {
  const factor = (modelType: string): number | undefined => operations(buildGraph(config(modelType)), 'scale')[0]?.factor;
  expect([factor('gemma'), factor('gemma2')]).toEqual([96 ** 0.5, 96 ** 0.5]);
  expect([factor('gemma3_text'), factor('gemma3')]).toEqual([9.8125, 9.8125]);
  expect(factor('gemma4_text')).toBe(96 ** 0.5);
});

test('Gemma 3 has a head of its own where there is one in the checkpoint, whatever the config says', () => {
  const heads = (names: readonly string[], more: Config): string[] => {
    const { graph } = findArchitecture(config('gemma3_text')).plan(config('gemma3_text', more), new Set(names));
    return graph.weights.map(({ path }) => path).filter((path) => path === 'lm_head');
  };
  expect(heads(['lm_head.weight'], { tie_word_embeddings: true })).toEqual(['lm_head']);
  expect(heads(['model.norm.weight'], { tie_word_embeddings: false })).toEqual([]);
  expect(heads([], { tie_word_embeddings: false })).toEqual(['lm_head']);
});

test('windows and rope alternate by the pattern', () => {
  const graph = buildGraph(config('gemma3_text'));
  expect(operations(graph, 'attention').map(({ window }) => window)).toEqual([8, undefined, 8, undefined]);
  expect(operations(buildGraph(config('gemma2')), 'attention').map(({ window, softcap }) => [window, softcap])).toEqual(Array(4).fill([undefined, 50]));
});

test.for(['gemma3n', 'gemma4_text'])('%s: the last layers read the keys of the last one before them of their kind', (modelType) => {
  const graph = buildGraph(config(modelType));
  const attentions = operations(graph, 'attention');
  expect(attentions.map(({ state }) => /\d/.exec(String(state))?.[0])).toEqual(['0', '1', '0', '1']);
  expect(attentions.map(({ window }) => window)).toEqual([8, undefined, 8, undefined]);
  expect(graph.states).toHaveLength(2);
  expect(graph.weights.filter(({ path }) => path.endsWith('k_proj'))).toHaveLength(2);
});

test('Gemma 4: heads of full layers are larger, shared layers twice as wide, keys are values in large models', () => {
  const shape = (graph: ModelGraph, path: string): readonly number[] | undefined => graph.weights.find((weight) => weight.path === path)?.shape;
  const small = buildGraph(config('gemma4_text'));
  expect([0, 1].map((layer) => shape(small, `model.layers.${layer}.self_attn.k_proj`))).toEqual([[32, 96], [64, 96]]);
  expect([1, 2].map((layer) => shape(small, `model.layers.${layer}.mlp.up_proj`))).toEqual([[64, 96], [128, 96]]);
  const large = buildGraph(config('gemma4'));
  expect(shape(large, 'language_model.model.layers.1.self_attn.v_proj')).toBeUndefined();
  expect(shape(large, 'language_model.model.layers.1.self_attn.k_proj')).toEqual([32, 96]);
  expect(shape(large, 'language_model.model.layers.0.experts.switch_glu.up_proj')).toEqual([8, 32, 96]);
  expect(large.weights.some(({ path }) => path.includes('per_layer'))).toBe(false);
  expect(buildGraph(config('gemma4_text', { hidden_size_per_layer_input: null })).weights.some(({ path }) => path.includes('per_layer'))).toBe(false);
});

test('what other senses need is dropped, and names of transformers become those of MLX', () => {
  const own = 'language_model.model.norm.weight';
  expect(sanitized(config('gemma3'), [own, 'vision_tower.x.weight', 'multi_modal_projector.y', 'language_model.lm_head.weight'])).toEqual([own, 'language_model.lm_head.weight']);
  expect(sanitized(config('gemma4'), ['model.language_model.norm.weight', 'model.vision_tower.x', 'embed_audio.y', 'lm_head.weight'])).toEqual([own]);
  const norm = 'model.language_model.norm.weight';
  const keys = [2, 3].flatMap((layer) => ['k_proj', 'v_proj', 'k_norm'].map((part) => `model.language_model.layers.${layer}.self_attn.${part}.weight`));
  expect(sanitized(config('gemma3n'), [norm, ...keys, 'model.audio_tower.x', 'lm_head.weight'])).toEqual([norm]);
});

test('experts in one tensor are parted into gate and up', () => {
  const base = 'language_model.model.layers.0.experts';
  const names = sanitized(config('gemma4'), ['model.language_model.layers.0.experts.gate_up_proj', `${base}.down_proj`], [8, 64, 96]);
  expect([...names].sort()).toEqual(['down', 'gate', 'up'].map((part) => `${base}.switch_glu.${part}_proj.weight`));
});

test.for([
  config('gemma', { hidden_act: 'silu' }), config('gemma3_text', { hidden_activation: 'relu' }), config('gemma4_text', { layer_types: Array(4).fill('linear_attention') }),
])('%j is not supported, and says so', (from) => {
  expect(() => buildGraph(from)).toThrow(UnsupportedFeatureError);
});

test.for([
  config('gemma3', { text_config: undefined }), config('gemma3n', { text_config: { ...gemma3n, num_kv_shared_layers: 3 } }), config('gemma4_text', { num_kv_shared_layers: 4 }),
  config('gemma3n', { text_config: { ...gemma3n, activation_sparsity_pattern: [0.5] } }), config('gemma3n', { text_config: { ...gemma3n, intermediate_size: [64, 64, 64, '64'] } }),
])('%j is refused before anything is built', (from) => {
  expect(() => buildGraph(from)).toThrow(CheckpointError);
});

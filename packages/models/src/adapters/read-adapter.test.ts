import { CheckpointError, UnsupportedFeatureError } from '@mlxengine/core';
import type { AdapterSource } from '@mlxengine/core/backend';
import { expect, test } from 'vitest';
import { MemorySource } from '../../tests/support/memory-source.js';
import { rawSafetensors, testTensor, writeSafetensors, type TestTensor } from '../../tests/support/tensors.js';
import { tinyConfig } from '../../tests/support/tiny-llama.js';
import { buildGraph } from '../build-graph.js';
import { readAdapter } from './read-adapter.js';

const layer = 'model.layers.1.self_attn.q_proj';
const lora = { fine_tune_type: 'lora', num_layers: 2, lora_parameters: { rank: 4, scale: 20, dropout: 0 } };
const peft = { peft_type: 'LORA', r: 4, lora_alpha: 8, bias: 'none' };
const mixtral = {
  model_type: 'mixtral', vocab_size: 32, hidden_size: 64, intermediate_size: 96, num_hidden_layers: 1, num_attention_heads: 4, num_key_value_heads: 2,
  num_local_experts: 2, num_experts_per_tok: 2, rms_norm_eps: 1e-5,
};

const tensor = (name: string, shape: readonly number[], dtype: 'F32' | 'U32' = 'F32'): TestTensor => testTensor(name, dtype, shape);
const pair = (rank = 4): TestTensor[] => [tensor(`${layer}.lora_a`, [128, rank]), tensor(`${layer}.lora_b`, [rank, 128])];
const peftPair = (path = layer, rank = 4): TestTensor[] => [
  tensor(`base_model.model.${path}.lora_A.weight`, [rank, 128]), tensor(`base_model.model.${path}.lora_B.weight`, [128, rank]),
];

async function read(config: object | string, tensors: readonly TestTensor[] | Uint8Array, model: Readonly<Record<string, unknown>> = tinyConfig): Promise<AdapterSource> {
  const text = typeof config === 'string' ? config : JSON.stringify(config);
  const file = text.includes('peft_type') ? 'adapter_model.safetensors' : 'adapters.safetensors';
  const weights = tensors instanceof Uint8Array ? tensors : await writeSafetensors(tensors);
  return readAdapter(new MemorySource({ 'adapter_config.json': text, [file]: weights }), { config: model, graph: buildGraph(model) });
}

test('reads factors of mlx-lm the way they lie', async () => {
  expect((await read(lora, pair())).weights).toEqual([
    { path: layer, scale: 20, down: { tensor: `${layer}.down`, transposed: true }, up: { tensor: `${layer}.up`, transposed: true } },
  ]);
});

test('knows an embedding by its use: its factors lie the other way round', async () => {
  const path = 'model.embed_tokens';
  const { weights, tensors } = await read(lora, [tensor(`${path}.lora_a`, [32, 4]), tensor(`${path}.lora_b`, [4, 128])]);
  expect(weights).toMatchObject([{ path, down: { transposed: false }, up: { transposed: false } }]);
  expect(tensors.tensors.get(`${path}.down`)?.shape).toEqual([4, 128]);
});

test.for([
  ['alpha / r', {}, 2],
  ['alpha / sqrt(r) where rank-stabilized', { use_rslora: true }, 4],
  ['a pattern of alpha', { alpha_pattern: { q_proj: 32 } }, 8],
  ['a pattern that fits another layer', { alpha_pattern: { '^q_proj': 32 } }, 2],
] as const)('scales PEFT by %s', async ([, changes, scale]) => {
  expect((await read({ ...peft, ...changes }, peftPair())).weights).toMatchObject([{ path: layer, scale }]);
});

test('a pattern of ranks counts for its layers', async () => {
  expect((await read({ ...peft, rank_pattern: { 'self_attn.q_proj': 2 } }, peftPair(layer, 2))).weights).toMatchObject([{ scale: 4 }]);
});

test('stacks experts that transformers keeps apart', async () => {
  const tensors = [0, 1].flatMap((expert) => {
    const path = `base_model.model.model.layers.0.block_sparse_moe.experts.${expert}`;
    const shapes = { w1: [96, 64], w2: [64, 96], w3: [96, 64] };
    return Object.entries(shapes).flatMap(([name, [out = 0, columns = 0]]) => [
      tensor(`${path}.${name}.lora_A.weight`, [4, columns]), tensor(`${path}.${name}.lora_B.weight`, [out, 4]),
    ]);
  });
  const { weights, tensors: found } = await read(peft, tensors, mixtral);
  expect(weights.map(({ path }) => path).sort()).toEqual(['down_proj', 'gate_proj', 'up_proj'].map((name) => `model.layers.0.block_sparse_moe.switch_mlp.${name}`));
  expect(found.tensors.get('model.layers.0.block_sparse_moe.switch_mlp.gate_proj.up')?.shape).toEqual([2, 96, 4]);
  await expect(read(peft, tensors.slice(0, 6), mixtral)).rejects.toMatchObject({ code: 'checkpoint.adapter-shape' });
});

test.for([
  ['no weights', JSON.stringify(lora), rawSafetensors('{}').subarray(0, 4), 'checkpoint.header-truncated'],
  ['a configuration that is a list', '[]', [], 'checkpoint.config-value'],
  ['no scale', { ...lora, lora_parameters: { rank: 4 } }, pair(), 'checkpoint.config-value'],
  ['an endless scale', { ...lora, lora_parameters: { rank: 4, scale: 1e300 } }, pair(), 'checkpoint.config-value'],
  ['an absurd rank', { ...lora, lora_parameters: { rank: 1e9, scale: 1 } }, pair(), 'checkpoint.config-value'],
  ['another rank than it says', lora, pair(8), 'checkpoint.adapter-shape'],
  ['half a layer', lora, pair().slice(1), 'checkpoint.adapter-incomplete'],
  ['a layer of another model', lora, pair().map((one) => ({ ...one, name: one.name.replace('layers.1', 'layers.9') })), 'checkpoint.adapter-layer'],
  ['factors of another width', lora, [tensor(`${layer}.lora_a`, [64, 4]), tensor(`${layer}.lora_b`, [4, 128])], 'checkpoint.adapter-shape'],
  ['integers', lora, [tensor(`${layer}.lora_a`, [128, 4], 'U32'), tensor(`${layer}.lora_b`, [4, 128])], 'checkpoint.adapter-shape'],
  ['a tensor of another kind', lora, [...pair(), tensor('model.norm.weight', [128])], 'checkpoint.adapter-tensor'],
  ['magnitudes in LoRA', lora, [...pair(), tensor(`${layer}.m`, [128])], 'checkpoint.adapter-tensor'],
  ['DoRA without magnitudes', { ...lora, fine_tune_type: 'dora' }, pair(), 'checkpoint.adapter-incomplete'],
  ['magnitudes of another length', { ...lora, fine_tune_type: 'dora' }, [...pair(), tensor(`${layer}.m`, [4])], 'checkpoint.adapter-shape'],
  ['a pattern that is a program', { ...peft, rank_pattern: { '(a+)+$': 2 } }, peftPair(), 'checkpoint.config-value'],
  ['a tensor twice, by two names', peft, [...peftPair(), ...peftPair().map((one) => ({ ...one, name: one.name.replace('base_model.model.', '') }))], 'checkpoint.adapter-tensor'],
] as const)('refuses %s', async ([, config, tensors, code]) => {
  await expect(read(config, tensors)).rejects.toSatisfy((error) => CheckpointError.isInstance(error) && error.code === code);
});

test.for([
  ['whole weights', { ...lora, fine_tune_type: 'full' }],
  ['whole layers beside', { ...peft, modules_to_save: ['lm_head'] }],
  ['biases', { ...peft, bias: 'all' }],
  ['other kinds of PEFT', { ...peft, peft_type: 'IA3' }],
  ['activated LoRA', { ...peft, alora_invocation_tokens: [1] }],
] as const)('says that it has no %s', async ([, config]) => {
  await expect(read(config, 'peft_type' in config ? peftPair() : pair())).rejects.toSatisfy((error) => UnsupportedFeatureError.isInstance(error));
});

test('refuses a change of a tied embedding alone, which PEFT means', async () => {
  const path = 'base_model.model.model.embed_tokens';
  const tensors = [tensor(`${path}.lora_embedding_A`, [4, 32]), tensor(`${path}.lora_embedding_B`, [128, 4])];
  await expect(read(peft, tensors)).rejects.toSatisfy((error) => UnsupportedFeatureError.isInstance(error));
  expect((await read(peft, tensors, { ...tinyConfig, tie_word_embeddings: false })).weights).toMatchObject([{ path: 'model.embed_tokens', up: { transposed: true } }]);
});

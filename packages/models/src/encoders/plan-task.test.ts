import { UnsupportedFeatureError } from '@mlxengine/core';
import { describe, expect, test } from 'vitest';
import { MemorySource } from '../../tests/support/memory-source.js';
import { testTensor, writeSafetensors } from '../../tests/support/tensors.js';
import { tensorsOf, tinyConfig } from '../../tests/support/tiny-llama.js';
import { buildGraph } from '../build-graph.js';
import { readCheckpoint } from '../read-checkpoint.js';
import type { Checkpoint } from '../read-checkpoint.js';
import type { ModelTask } from './plan-task.js';

const bert = {
  model_type: 'bert', hidden_size: 16, num_hidden_layers: 1, intermediate_size: 24, num_attention_heads: 2, vocab_size: 32, max_position_embeddings: 20,
};
const qwen3 = { ...tinyConfig, model_type: 'qwen3', head_dim: 32 };
const gemma3 = {
  ...tinyConfig, model_type: 'gemma3_text', head_dim: 32, num_hidden_layers: 2, sliding_window: 8, sliding_window_pattern: 2, use_bidirectional_attention: true,
};
const modules = [{ path: '', type: 'models.Transformer' }, { path: '1_Pooling', type: 'models.Pooling' }, { path: '2_Normalize', type: 'models.Normalize' }];
const sentenceTransformers = { 'modules.json': JSON.stringify(modules), '1_Pooling/config.json': JSON.stringify({ pooling_mode: 'cls' }) };

interface Given {
  readonly config: Readonly<Record<string, unknown>>;
  readonly task?: ModelTask;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** From the graph's name to the file's. */
  readonly rename?: (name: string) => string;
  readonly more?: readonly (readonly [name: string, shape: readonly number[]])[];
}

async function read({ config, task, files, rename = (name) => name, more = [] }: Given): Promise<Checkpoint> {
  const tensors = [...tensorsOf(buildGraph(config)), ...more.map(([name, shape]) => testTensor(name, 'F16', shape))];
  const weights = await writeSafetensors(tensors.map((tensor) => ({ ...tensor, name: rename(tensor.name) })));
  return readCheckpoint(new MemorySource({ 'config.json': JSON.stringify(config), 'model.safetensors': weights, ...files }), { task });
}

const bare = (name: string): string => name.replace(/^model\./, '');
const typesOf = ({ graph }: Checkpoint): string[] => graph.operations.map(({ type }) => type);

describe('what a model is made for', () => {
  test.each<[string, Given, ModelTask]>([
    ['a decoder', { config: qwen3 }, 'generate'],
    ['an encoder', { config: bert }, 'embed'],
    ['an encoder with labels', { config: { ...bert, architectures: ['BertForSequenceClassification'], num_labels: 1 } }, 'rerank'],
    ['a decoder with sentence-transformers\' files', { config: qwen3, files: sentenceTransformers }, 'embed'],
    ['a decoder without a head', { config: { ...qwen3, architectures: ['Qwen3Model'] }, rename: bare }, 'embed'],
    ['a decoder that sees both ways', { config: gemma3 }, 'embed'],
    ['a decoder with labels', { config: { ...qwen3, architectures: ['Qwen3ForSequenceClassification'], num_labels: 1 }, more: [['score.weight', [1, 128]]] }, 'rerank'],
    ['GPT\'s like with a head by another name', { config: { ...qwen3, architectures: ['Qwen3LMHeadModel'] } }, 'generate'],
  ])('%s', async (_, given, task) => {
    expect((await read(given)).task).toBe(task);
  });
});

test('a decoder that embeds keeps nothing, reads the last token and makes its vector one long', async () => {
  const checkpoint = await read({ config: qwen3, task: 'embed' });
  expect(checkpoint.graph.states).toEqual([]);
  expect(checkpoint.graph.outputs.logits).toBeUndefined();
  expect(typesOf(checkpoint).slice(-2)).toEqual(['pool', 'l2Norm']);
  expect(checkpoint.graph.operations.filter(({ type }) => type === 'selectRows')).toEqual([]);
  expect(checkpoint.graph.operations.find(({ type }) => type === 'pool')).toMatchObject({ mode: 'last' });
});

test('a head of its own is read no more', async () => {
  const checkpoint = await read({ config: { ...qwen3, tie_word_embeddings: false }, task: 'embed' });
  expect(checkpoint.weights.tensors.has('lm_head.weight')).toBe(false);
});

test('attention both ways has half of the window on each side', async () => {
  const { graph } = await read({ config: gemma3 });
  const attentions = graph.operations.filter((operation) => operation.type === 'attention');
  expect(attentions.map(({ causal, window }) => [causal, window])).toEqual([[false, 5], [false, undefined]]);
});

test('dense modules have their own file, or are among the model\'s tensors as mlx-embeddings puts them', async () => {
  const dense = { path: '2_Dense', type: 'models.Dense' };
  const own = await read({
    config: gemma3,
    files: {
      ...sentenceTransformers, 'modules.json': JSON.stringify([...modules.slice(0, 2), dense]),
      '2_Dense/config.json': JSON.stringify({ out_features: 8, bias: true }), '2_Dense/model.safetensors': await writeSafetensors([testTensor('linear.weight', 'F16', [8, 128]), testTensor('linear.bias', 'F16', [8])]),
    },
  });
  expect(typesOf(own).slice(-3)).toEqual(['pool', 'linear', 'unary']);
  const merged = await read({ config: gemma3, more: [['dense.0.weight', [256, 128]], ['dense.1.weight', [128, 256]]] });
  expect(typesOf(merged).slice(-4)).toEqual(['pool', 'linear', 'linear', 'l2Norm']);
});

test('a reranker of Qwen 3 gives the last token\'s logits', async () => {
  const { graph } = await read({ config: qwen3, task: 'rerank' });
  expect(graph.states).toEqual([]);
  expect(graph.values[graph.outputs.pooled!]).toMatchObject({ leading: 'sequences', dimensions: [32] });
});

test.each<[string, Given, RegExp]>([
  ['a classifier as an embedding model', { config: { ...bert, architectures: ['BertForSequenceClassification'] }, task: 'embed' }, /loadReranker/],
  ['an encoder as a reranker', { config: bert, task: 'rerank' }, /loadEmbeddingModel/],
  ['a model that generates as an embedding model', { config: tinyConfig, task: 'embed' }, /loadModel/],
  ['a model that generates as a reranker', { config: tinyConfig, task: 'rerank' }, /loadModel/],
  ['a dense module without its file', { config: gemma3, files: { ...sentenceTransformers, 'modules.json': JSON.stringify([...modules.slice(0, 2), { path: '2_Dense', type: 'models.Dense' }]), '2_Dense/config.json': '{"out_features": 8}' } }, /2_Dense/],
])('refuses %s and says what to do', async (_, given, remedy) => {
  const error: unknown = await read(given).catch((thrown: unknown) => thrown);
  expect(UnsupportedFeatureError.isInstance(error)).toBe(true);
  expect((error as Error).message).toMatch(remedy);
});

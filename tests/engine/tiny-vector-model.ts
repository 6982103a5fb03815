import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ModelSource } from '@mlxengine/core';
import { buildGraph, safetensorsChunks, type TensorToWrite } from '@mlxengine/models';
import { createMemorySource } from '@mlxengine/testing';

const words = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'query', ':', 'what', 'is', 'a', 'river', '?', 'water', 'that', 'flows', 'bird', '##s', 'the', 'cat', 'sits'];
/** Ids that tests name. */
export const cls = 2, sep = 3;

/** A config of BERT so small that a test can make it. */
export const tinyBert = {
  model_type: 'bert', architectures: ['BertModel'], hidden_size: 32, num_hidden_layers: 2, num_attention_heads: 4, intermediate_size: 48, vocab_size: words.length,
  max_position_embeddings: 24, type_vocab_size: 2,
} as const;

const text = (id: 'A' | 'B', type: number): object => ({ Sequence: { id, type_id: type } });
const token = (id: string, type: number): object => ({ SpecialToken: { id, type_id: type } });

/** BERT's tokenizer of a few words. */
const tokenizer = {
  normalizer: { type: 'BertNormalizer' },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  model: { type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100, vocab: Object.fromEntries(words.map((word, id) => [word, id])) },
  post_processor: {
    type: 'TemplateProcessing',
    single: [token('[CLS]', 0), text('A', 0), token('[SEP]', 0)],
    pair: [token('[CLS]', 0), text('A', 0), token('[SEP]', 0), text('B', 1), token('[SEP]', 1)],
  },
  added_tokens: words.slice(0, 4).map((content, id) => ({ id, content, special: true })),
  decoder: { type: 'WordPiece' },
};

/** What sentence-transformers writes beside a model: the mean, made one long; at most 12 tokens; two prompts. */
export const sentenceTransformers: Readonly<Record<string, unknown>> = {
  'modules.json': ['Transformer', 'Pooling', 'Normalize'].map((kind, idx) => ({ idx, path: idx === 0 ? '' : `${idx}_${kind}`, type: `sentence_transformers.models.${kind}` })),
  '1_Pooling/config.json': { pooling_mode_mean_tokens: true },
  'sentence_bert_config.json': { max_seq_length: 12 },
  'config_sentence_transformers.json': { prompts: { query: 'query: ', document: '' } },
};

/** Files of a model with weights of a fixed kind of noise. */
export async function tinyModelFiles(config: Readonly<Record<string, unknown>>, more: Readonly<Record<string, unknown>> = {}): Promise<ReadonlyMap<string, Uint8Array>> {
  const json = { 'config.json': config, 'tokenizer.json': tokenizer, 'tokenizer_config.json': { model_max_length: 512 }, ...more };
  const files = new Map<string, Uint8Array>(Object.entries(json).map(([path, content]) => [path, Buffer.from(JSON.stringify(content))]));
  const tensors = buildGraph(config).weights.flatMap(({ path, shape, bias }) => [noise(`${path}.weight`, shape), ...(bias ? [noise(`${path}.bias`, shape.slice(0, 1))] : [])]);
  return files.set('model.safetensors', Buffer.concat(await Array.fromAsync(safetensorsChunks(tensors))));
}

/** The same as a source. */
export async function tinyVectorModel(config: Readonly<Record<string, unknown>>, more: Readonly<Record<string, unknown>> = {}): Promise<ModelSource> {
  return createMemorySource('tiny', await tinyModelFiles(config, more));
}

/** The same in a folder. */
export async function writeTinyModel(folder: string, config: Readonly<Record<string, unknown>>, more: Readonly<Record<string, unknown>> = {}): Promise<void> {
  for (const [path, bytes] of await tinyModelFiles(config, more)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
}

function noise(name: string, shape: readonly number[]): TensorToWrite {
  const scale = shape.length > 1 ? 1.6 / Math.sqrt(shape.at(-1) ?? 1) : 0.1;
  const middle = /norm\.weight$/i.test(name) ? 1 : 0;
  const seed = Array.from(name).reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 100_003, 7);
  const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, index) => {
    const wave = Math.sin((index + 1) * 12.9898 + seed * 78.233) * 43758.5453;
    return middle + 3.4 * scale * (wave - Math.floor(wave) - 0.5);
  });
  return { name, dtype: 'F32', shape, chunks: async function* () { yield new Uint8Array(values.buffer); } };
}

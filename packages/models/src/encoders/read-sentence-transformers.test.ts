import { CheckpointError, UnsupportedFeatureError } from '@mlxengine/core';
import { expect, test } from 'vitest';
import { MemorySource } from '../../tests/support/memory-source.js';
import { readEmbeddingSettings } from './read-sentence-transformers.js';
import type { EmbeddingSettings } from './read-sentence-transformers.js';

async function read(files: Readonly<Record<string, unknown>>): Promise<EmbeddingSettings | undefined> {
  const source = new MemorySource(Object.fromEntries(Object.entries(files).map(([path, content]) => [path, JSON.stringify(content)])));
  return readEmbeddingSettings(source, await source.list());
}

const failure = async (files: Readonly<Record<string, unknown>>): Promise<unknown> => read(files).catch((error: unknown) => error);

/** Of the older format; only the end of a type counts. */
const listed = (...modules: readonly [type: string, path: string][]): object[] =>
  modules.map(([type, path], idx) => ({ idx, name: String(idx), path, type: `sentence_transformers.models.${type}` }));
const pooled = (config: object): Record<string, unknown> => ({ 'modules.json': listed(['Transformer', ''], ['Pooling', '1_Pooling']), '1_Pooling/config.json': config });

test('says nothing where there is no modules.json', async () => {
  expect(await read({ 'config.json': {} })).toBeUndefined();
});

test('reads modules, the longest text, case and prompts', async () => {
  expect(await read({
    'modules.json': listed(['Transformer', ''], ['Pooling', '1_Pooling'], ['Dropout', '2_Dropout'], ['Dense', '3_Dense'], ['Normalize', '4_Normalize']),
    '1_Pooling/config.json': { pooling_mode_cls_token: false, pooling_mode_mean_tokens: true },
    '3_Dense/config.json': { in_features: 8, out_features: 4, bias: false, activation_function: 'torch.nn.modules.linear.Identity' },
    'sentence_roberta_config.json': { max_seq_length: 128, do_lower_case: true },
    'config_sentence_transformers.json': { prompts: { query: 'query: ', document: '' }, default_prompt_name: 'query' },
  })).toEqual({
    modules: [{ type: 'pooling', modes: ['mean'] }, { type: 'dense', path: '3_Dense', dimensions: 4, bias: false, activation: undefined }, { type: 'normalize' }],
    maximumLength: 128, lowercase: true, prompts: { query: 'query: ', document: '' }, defaultPrompt: 'query',
  });
});

test.each([
  [{ pooling_mode_lasttoken: true, pooling_mode_mean_tokens: true, pooling_mode_max_tokens: true, pooling_mode_cls_token: true }, ['cls', 'max', 'mean', 'last']],
  [{ pooling_mode: 'lasttoken' }, ['last']],
  [{ pooling_mode: ['mean', 'cls'] }, ['mean', 'cls']],
  [{ word_embedding_dimension: 8 }, ['mean']],
])('pools by %j', async (config, modes) => {
  expect((await read(pooled(config)))?.modules).toEqual([{ type: 'pooling', modes }]);
});

test.each([
  [pooled({ pooling_mode_weightedmean_tokens: true }), 'weightedmean'],
  [pooled({ pooling_mode: 'weightedmean' }), 'weightedmean'],
  [pooled({ pooling_mode: 'mean', include_prompt: false }), 'leaves prompts out'],
  [{ 'modules.json': listed(['Transformer', ''], ['LSTM', '1_LSTM']) }, 'LSTM'],
  [{ 'modules.json': listed(['Dense', '1_Dense']) }, '1_Dense/config.json'],
  [{ 'modules.json': listed(['Dense', '1_Dense']), '1_Dense/config.json': { out_features: 4, activation_function: 'torch.nn.Mish' } }, 'Mish'],
])('refuses what it cannot do: %j', async (files, feature) => {
  const error = await failure(files);
  expect(UnsupportedFeatureError.isInstance(error)).toBe(true);
  expect((error as Error).message).toContain(feature);
});

test.each([
  [{ 'modules.json': {} }],
  [{ 'modules.json': ['Pooling'] }],
  [{ 'modules.json': listed(['Pooling', '../elsewhere']) }],
  [pooled([])],
  [pooled({ pooling_mode: 7 })],
  [{ ...pooled({}), 'sentence_bert_config.json': { max_seq_length: -1 } }],
  [{ ...pooled({}), 'config_sentence_transformers.json': { prompts: { query: 7 } } }],
])('refuses a broken file: %j', async (files) => {
  expect(CheckpointError.isInstance(await failure(files))).toBe(true);
});

import { RegistryError } from '@mlxengine/core';
import { expect, test } from 'vitest';
import { editDistance } from './edit-distance.js';
import modelData from './models.json' with { type: 'json' };
import { findModel, listModels, searchModels, suggestModels } from './registry.js';
import { validateEntries } from './validate-entries.js';

test('every shipped entry is valid, with names that mean one model each', () => {
  expect(validateEntries(modelData)).toHaveLength(modelData.length);
  expect(listModels().length).toBeGreaterThanOrEqual(10);
});

test('a model is found by name, alias and hub id, whatever the case', () => {
  const entry = findModel('smollm2');
  expect(entry).toMatchObject({ hubId: 'mlx-community/SmolLM2-135M-Instruct', starterPackage: '@mlxengine/starter-model' });
  for (const name of ['SmolLM2', ' smollm2-135m-instruct ', 'MLX-Community/smollm2-135m-instruct']) {
    expect(findModel(name)).toBe(entry);
  }
  expect(findModel('smollm3')).toBeUndefined();
  expect(findModel('__proto__')).toBeUndefined();
});

test('every name, alias and hub id leads back to its own entry', () => {
  for (const entry of listModels()) {
    for (const key of [entry.name, ...entry.aliases, entry.hubId]) expect(findModel(key)).toBe(entry);
  }
});

test('the quantization agrees with what the hub id says', () => {
  for (const { hubId, quantization } of listModels()) {
    const bits = /-(\d)bit$/.exec(hubId)?.[1];
    expect(quantization?.bits, hubId).toBe(bits === undefined ? undefined : Number(bits));
  }
});

test('search takes every word', () => {
  expect(searchModels('llama 4bit instruct').map(({ name }) => name)).toContain('llama-3.2-1b');
  expect(searchModels('SMOLLM2').map(({ name }) => name)).toEqual(['smollm2', 'smollm2-360m', 'smollm2-1.7b']);
  expect(searchModels('smollm2 mistral')).toEqual([]);
  expect(searchModels('')).toEqual(listModels());
});

test('an unknown name gets the names that it may have been meant as', () => {
  expect(suggestModels('smolm2')[0]).toBe('smollm2');
  expect(suggestModels('llama-3.2-b1')).toContain('llama-3.2-1b');
  expect(suggestModels('HuggingFaceTB/SmolLM2-135M-Instruct')[0]).toBe('smollm2');
  expect(suggestModels('something-else-entirely')).toEqual([]);
  expect(suggestModels('')).toEqual([]);
  expect(suggestModels('x'.repeat(1_000_000))).toEqual([]);
});

const valid = {
  name: 'tiny', aliases: [], hubId: 'owner/Tiny', title: 'Tiny', family: 'tiny', architecture: 'llama',
};

test.each([
  ['a name in capitals', [{ ...valid, name: 'Tiny' }], 'name is "Tiny"'],
  ['a hub id without owner', [{ ...valid, hubId: 'Tiny' }], 'expected owner/name'],
  ['a hub id that climbs', [{ ...valid, hubId: '../Tiny' }], 'expected owner/name'],
  ['a missing field', [{ ...valid, title: undefined }], 'title is missing'],
  ['an unknown field', [{ ...valid, sha256: 'guessed' }], 'the field sha256 is unknown'],
  ['an unknown field of every object', [{ ...valid, constructor: 1 }], 'the field constructor is unknown'],
  ['an unknown quantization', [{ ...valid, quantization: { mode: 'affine', bits: 7, groupSize: 64 } }], 'quantization is'],
  ['half a parameter', [{ ...valid, parameterCount: 0.5 }], 'expected a positive integer'],
  ['two entries of one name', [valid, { ...valid, hubId: 'owner/Other' }], 'tiny already names tiny'],
  ['an alias that is a name', [valid, { ...valid, name: 'other', hubId: 'owner/Other', aliases: ['tiny'] }], 'tiny already names tiny'],
  ['two entries of one hub id', [valid, { ...valid, name: 'other', hubId: 'Owner/tiny' }], 'owner/tiny already names tiny'],
  ['no list', {}, 'expected a list'],
])('data is refused: %s', (_, data, reason) => {
  expect(() => validateEntries(data)).toThrow(RegistryError);
  expect(() => validateEntries(data)).toThrow(reason);
});

test('edit distance counts insertions, deletions, substitutions and swaps', () => {
  expect(editDistance('llama', 'llama')).toBe(0);
  expect(editDistance('llama', 'lama')).toBe(1);
  expect(editDistance('lalma', 'llama')).toBe(1);
  expect(editDistance('kitten', 'sitting')).toBe(3);
  expect(editDistance('', 'abc')).toBe(3);
});

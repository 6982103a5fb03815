import { CheckpointError } from '@mlxengine/core';
import { expect, test } from 'vitest';
import { MemorySource } from '../../tests/support/memory-source.js';
import { findWeightFiles } from './weight-files.js';

const index = (weightMap: unknown): string => JSON.stringify({ metadata: { total_size: 1 }, weight_map: weightMap });

async function find(weightMap: unknown, ...paths: readonly string[]): Promise<readonly string[]> {
  const files = Object.fromEntries(paths.map((path) => [path, '']));
  const source = new MemorySource(weightMap === undefined ? files : { ...files, 'model.safetensors.index.json': index(weightMap) });
  return (await findWeightFiles(source, await source.list())).files.map(({ path }) => path);
}

const shards = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'] as const;

test('an index whose files are all there is used, and nothing else', async () => {
  expect(await find({ a: shards[0], b: shards[1] }, ...shards, 'model.safetensors', 'adapters.safetensors')).toEqual(shards);
  expect(await find({ a: 'model.safetensors' }, 'model.safetensors')).toEqual(['model.safetensors']);
  expect(await find({ a: 'odd name.safetensors' }, 'odd name.safetensors', 'model.safetensors')).toEqual(['odd name.safetensors']);
});

test('a stale index gives way to model*, then weight*, then all', async () => {
  const stale = { a: shards[0], b: shards[1] };
  expect(await find(stale, 'model.safetensors', 'weights.safetensors')).toEqual(['model.safetensors']);
  expect(await find(stale, shards[0], 'model.safetensors')).toEqual([shards[0], 'model.safetensors']);
  expect(await find(undefined, 'weights.00.safetensors', 'x.safetensors')).toEqual(['weights.00.safetensors']);
  expect(await find(undefined, 'x.safetensors', 'y.safetensors', 'x.bin')).toEqual(['x.safetensors', 'y.safetensors']);
  expect(await find({}, 'model.safetensors', 'sub/model.safetensors')).toEqual(['model.safetensors']);
});

test('neither reference values nor adapters beside a model are its weights', async () => {
  expect(await find(undefined, 'adapters.safetensors', 'reference.safetensors', 'x.safetensors')).toEqual(['x.safetensors']);
  expect(await find({ a: 'gone.safetensors' }, 'reference-long.safetensors', 'x.safetensors')).toEqual(['x.safetensors']);
  for (const alone of ['reference.safetensors', 'adapters.safetensors']) {
    await expect(find(undefined, alone)).rejects.toThrow(expect.objectContaining({ code: 'checkpoint.no-weights' }));
  }
});

test('an index whose weight_map is null is stale', async () => {
  expect(await find(null, 'model.safetensors', 'x.safetensors')).toEqual(['model.safetensors']);
});

test('without any the source is named', async () => {
  await expect(find(undefined, 'config.json', 'sub/model.safetensors')).rejects.toThrow(
    expect.objectContaining({ code: 'checkpoint.no-weights', message: expect.stringMatching(/^memory has no/) as string }),
  );
});

test.for([
  '../model.safetensors', '..', '.', 'a/b.safetensors', '/etc/passwd', 'a\\b.safetensors', 'C:model.safetensors', '', 'a\0.safetensors', 7, null,
])('an index that names %j is refused, even where it is stale', async (name) => {
  await expect(find({ a: 'gone.safetensors', b: name }, 'model.safetensors')).rejects.toThrow(
    expect.objectContaining({ code: 'checkpoint.unsafe-name' }),
  );
});

test.for(['[]', '{"weight_map": []}', '{}', '{"weight_map": {"a": '])('an index that reads %s is refused', async (text) => {
  const source = new MemorySource({ 'model.safetensors.index.json': text, 'model.safetensors': '' });
  await expect(findWeightFiles(source, await source.list())).rejects.toThrow(CheckpointError);
});

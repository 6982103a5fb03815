import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AbortedError, InvalidArgumentError, ModelNotFoundError, StorageError } from '@mlxengine/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openFolder } from './folder-source.js';

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'mlxengine-folder-'));
  await mkdir(join(root, 'model/1_Pooling'), { recursive: true });
  await mkdir(join(root, 'model/.git'));
  await writeFile(join(root, 'model/config.json'), '{"model_type":"llama"}');
  await writeFile(join(root, 'model/1_Pooling/config.json'), '{}');
  await writeFile(join(root, 'model/.git/HEAD'), 'main');
  await writeFile(join(root, 'elsewhere.bin'), new Uint8Array([0, 1, 2, 3, 4, 5, 6, 7]));
  await symlink('../elsewhere.bin', join(root, 'model/model.safetensors'));
  await symlink('../gone.bin', join(root, 'model/dangling.safetensors'));
  await symlink('..', join(root, 'model/up'));
});

afterAll(() => rm(root, { recursive: true }));

test('lists files with their sizes, links followed, without hidden folders, linked folders and dangling links', async () => {
  const source = await openFolder(join(root, 'model'));
  const files = [...await source.list()].sort((a, b) => a.path.localeCompare(b.path));
  expect(files).toEqual([
    { path: '1_Pooling/config.json', size: 2 },
    { path: 'config.json', size: 22 },
    { path: 'model.safetensors', size: 8 },
  ]);
  expect(source.name).toBe(join(root, 'model'));
});

test('reads whole files and ranges, also through links', async () => {
  const source = await openFolder(join(root, 'model'));
  expect(new TextDecoder().decode(await source.read('config.json'))).toBe('{"model_type":"llama"}');
  expect(await source.read('model.safetensors', { offset: 2, length: 3 })).toEqual(new Uint8Array([2, 3, 4]));
  expect(await source.read('model.safetensors', { offset: 6 })).toEqual(new Uint8Array([6, 7]));
  expect(await source.read('model.safetensors', { offset: 8, length: 0 })).toEqual(new Uint8Array(0));
});

test('reads into given memory of the range\'s length', async () => {
  const source = await openFolder(join(root, 'model'));
  const memory = new Uint8Array(5);
  const into = memory.subarray(1, 4);
  expect(await source.read('model.safetensors', { offset: 2, length: 3, into })).toBe(into);
  expect(memory).toEqual(new Uint8Array([0, 2, 3, 4, 0]));
  expect(await source.read('model.safetensors', { offset: 6, into })).toEqual(new Uint8Array([6, 7]));
  expect(memory).toEqual(new Uint8Array([0, 2, 3, 4, 0]));
});

test('a range past the end is a storage error that tells both sizes', async () => {
  const source = await openFolder(join(root, 'model'));
  const read = source.read('model.safetensors', { offset: 6, length: 3 });
  await expect(read).rejects.toThrow(StorageError);
  await expect(read).rejects.toMatchObject({ code: 'storage.too-short', parameters: { found: 8, expected: 9 } });
});

test.each(['nothing.json', '../elsewhere.bin', '/etc/passwd', 'a/../../elsewhere.bin', 'dangling.safetensors', 'config.json/x', '1_Pooling', ''])(
  'no file at %j',
  async (path) => {
    const source = await openFolder(join(root, 'model'));
    await expect(source.read(path)).rejects.toThrow(ModelNotFoundError);
    await expect(source.read(path)).rejects.toMatchObject({ code: 'model.no-file' });
  },
);

test('tells where files lie, but only inside the folder', async () => {
  const source = await openFolder(join(root, 'model'));
  expect(source.localPath?.('model.safetensors')).toBe(join(root, 'model/model.safetensors'));
  expect(source.localPath?.('../elsewhere.bin')).toBeUndefined();
});

test('a missing folder and a file in its place are told apart', async () => {
  await expect(openFolder(join(root, 'nowhere'))).rejects.toMatchObject({ code: 'model.no-folder', parameters: { path: join(root, 'nowhere') } });
  await expect(openFolder(join(root, 'elsewhere.bin'))).rejects.toMatchObject({ code: 'model.not-a-folder' });
  await expect(openFolder(join(root, 'nowhere'))).rejects.toThrow(ModelNotFoundError);
});

test('ends when the signal fires, and refuses a range that is none', async () => {
  const source = await openFolder(join(root, 'model'));
  await expect(source.read('config.json', { signal: AbortSignal.abort() })).rejects.toThrow(AbortedError);
  await expect(source.list({ signal: AbortSignal.abort() })).rejects.toThrow(AbortedError);
  await expect(source.read('config.json', { offset: -1 })).rejects.toThrow(InvalidArgumentError);
  await expect(source.read('config.json', { length: 0.5 })).rejects.toThrow(InvalidArgumentError);
});

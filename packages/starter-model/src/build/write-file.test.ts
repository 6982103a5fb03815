import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { StorageError } from '@mlxengine/core';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../tests/support/temporary-folder.js';
import { folderSink, writeFile } from './write-file.js';

async function* chunks(...texts: (string | Error)[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) {
    if (text instanceof Error) throw text;
    yield new TextEncoder().encode(text);
  }
}

test('writes chunks one after another', async () => {
  const folder = await temporaryFolder();
  await folderSink(folder).write('a/b.txt', chunks('one ', 'two'));
  expect(await readFile(join(folder, 'a', 'b.txt'), 'utf8')).toBe('one two');
});

test('a failure in the middle leaves no file and passes through', async () => {
  const folder = await temporaryFolder();
  const failure = new Error('source failed');
  await expect(writeFile(join(folder, 'b'), chunks('one', failure))).rejects.toBe(failure);
  expect(await readdir(folder)).toEqual([]);
});

test('a full disk is told from other failures', async () => {
  const folder = await temporaryFolder();
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
  await expect(writeFile(join(folder, 'b'), chunks('one', full))).rejects.toMatchObject({ code: 'storage.disk-full' });
  const denied = Object.assign(new Error('EACCES'), { code: 'EACCES', syscall: 'open' });
  const error: unknown = await writeFile(join(folder, 'b'), chunks(denied)).catch((thrown: unknown) => thrown);
  expect(StorageError.isInstance(error) && error.code).toBe('storage.write-failed');
});

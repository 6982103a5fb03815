import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { storedZip } from '../../tests/support/stored-zip.js';
import { temporaryFolder } from '../../tests/support/temporary-folder.js';
import { unpackEntry } from './unpack-entry.js';

async function archive(bytes: Uint8Array): Promise<{ readonly zip: string; readonly target: string }> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'a.whl'), bytes);
  return { zip: join(folder, 'a.whl'), target: join(folder, 'out') };
}

test('unpacks one of several files', async () => {
  const { zip, target } = await archive(storedZip({ 'a/first.txt': '1', 'a/model.gguf': 'GGUF…', 'z': '3' }));
  await unpackEntry(zip, 'a/model.gguf', target);
  expect(await readFile(target, 'utf8')).toBe('GGUF…');
});

test('names the entry that is missing', async () => {
  const { zip, target } = await archive(storedZip({ other: '1' }));
  await expect(unpackEntry(zip, 'a/model.gguf', target)).rejects.toMatchObject({ code: 'starter.no-entry', message: 'a.whl holds no a/model.gguf.' });
});

test('a file that is no archive is a typed error', async () => {
  const { zip, target } = await archive(new Uint8Array(100));
  await expect(unpackEntry(zip, 'a', target)).rejects.toMatchObject({ code: 'starter.bad-archive' });
});

test('a place that cannot be written is a storage error', async () => {
  const { zip, target } = await archive(storedZip({ a: '1' }));
  await expect(unpackEntry(zip, 'a', join(target, 'missing', 'out'))).rejects.toMatchObject({ code: 'storage.write-failed' });
});

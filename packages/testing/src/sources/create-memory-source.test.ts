import { AbortedError, ModelNotFoundError, StorageError } from '@mlxengine/core';
import { expect, test } from 'vitest';
import { createMemorySource } from './create-memory-source.js';

const source = createMemorySource('tiny', new Map([['a.bin', Uint8Array.of(1, 2, 3, 4)]]));

test('lists and reads ranges', async () => {
  expect(await source.list()).toEqual([{ path: 'a.bin', size: 4 }]);
  expect(await source.read('a.bin')).toEqual(Uint8Array.of(1, 2, 3, 4));
  expect(await source.read('a.bin', { offset: 1, length: 2 })).toEqual(Uint8Array.of(2, 3));
});

test('what is read is a copy', async () => {
  (await source.read('a.bin')).fill(0);
  expect(await source.read('a.bin')).toEqual(Uint8Array.of(1, 2, 3, 4));
});

test('refuses what is not there', async () => {
  await expect(source.read('b.bin')).rejects.toThrow(ModelNotFoundError);
  await expect(source.read('a.bin', { offset: 2, length: 3 })).rejects.toThrow(StorageError);
  await expect(source.read('a.bin', { signal: AbortSignal.abort() })).rejects.toThrow(AbortedError);
});

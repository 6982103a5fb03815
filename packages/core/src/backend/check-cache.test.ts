import { describe, expect, test } from 'vitest';
import { checkCacheOptions, checkCacheRequest, checkLoadCache, checkSaveCache } from './check-cache.js';

const name = (expected: string): unknown => expect.objectContaining({ parameters: expect.objectContaining({ name: expected }) as unknown });

describe('requests of the prefix cache', () => {
  test('borders ascend within the prompt', () => {
    expect(() => checkCacheRequest({ borders: [1, 4, 9], salt: 'tenant', reuse: false, keep: true }, 10)).not.toThrow();
    expect(() => checkCacheRequest({ borders: [0] }, 10)).toThrow(name('cache.borders[0]'));
    expect(() => checkCacheRequest({ borders: [3, 3] }, 10)).toThrow(name('cache.borders[1]'));
    expect(() => checkCacheRequest({ borders: [10] }, 10)).toThrow(name('cache.borders[0]'));
    expect(() => checkCacheRequest({ borders: [1.5] }, 10)).toThrow(name('cache.borders[0]'));
    expect(() => checkCacheRequest({ salt: 7 as unknown as string }, 10)).toThrow(name('cache.salt'));
  });

  test('options are whole numbers of bytes and a folder', () => {
    expect(() => checkCacheOptions({ bytes: 0, folder: '/somewhere', folderBytes: 1 })).not.toThrow();
    expect(() => checkCacheOptions({ bytes: -1 })).toThrow(name('prefixCache.bytes'));
    expect(() => checkCacheOptions({ folder: '' })).toThrow(name('prefixCache.folder.length'));
    expect(() => checkCacheOptions({ folderBytes: 0.5 })).toThrow(name('prefixCache.folderBytes'));
  });

  test('files are saved with tokens, a path and flat metadata', () => {
    expect(() => checkSaveCache({ tokens: [1, 2], path: 'file', metadata: { chat: 'a' } }, 10)).not.toThrow();
    expect(() => checkSaveCache({ tokens: [], path: 'file' }, 10)).toThrow(name('tokens.length'));
    expect(() => checkSaveCache({ tokens: [10], path: 'file' }, 10)).toThrow(name('tokens[0]'));
    expect(() => checkSaveCache({ tokens: [1], path: 'a\0b' }, 10)).toThrow(name('path'));
    expect(() => checkSaveCache({ tokens: [1], path: 'file', metadata: { 'a.b': '' } }, 10)).toThrow(name('metadata'));
    expect(() => checkSaveCache({ tokens: [1], path: 'file', metadata: { a: 1 as unknown as string } }, 10)).toThrow(name('metadata.a'));
  });

  test('files are loaded by a path, with or without tokens', () => {
    expect(() => checkLoadCache({ path: 'file' }, 10)).not.toThrow();
    expect(() => checkLoadCache({ path: 'file', tokens: [11] }, 10)).toThrow(name('tokens[0]'));
    expect(() => checkLoadCache({ path: '' }, 10)).toThrow(name('path.length'));
  });
});

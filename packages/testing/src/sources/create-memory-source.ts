import { ModelNotFoundError, StorageError, throwIfAborted, type ModelSource } from '@mlxengine/core';

/**
 * Files in memory as a {@link ModelSource}.
 *
 * @example
 * ```ts
 * import { createMemorySource } from '@mlxengine/testing';
 *
 * const source = createMemorySource('notes', new Map([['a.txt', new TextEncoder().encode('hello')]]));
 * const bytes = await source.read('a.txt', { offset: 1, length: 3 });
 * console.log(new TextDecoder().decode(bytes)); // ell
 * ```
 */
export function createMemorySource(name: string, files: ReadonlyMap<string, Uint8Array>): ModelSource {
  return {
    name,
    async list({ signal } = {}) {
      throwIfAborted(signal, `Listing ${name}`);
      return [...files].map(([path, bytes]) => ({ path, size: bytes.length }));
    },
    async read(path, { offset = 0, length, signal } = {}) {
      throwIfAborted(signal, `Reading ${path}`);
      const bytes = files.get(path);
      if (bytes === undefined) throw new ModelNotFoundError('model.not-found', { model: name, reason: path });
      const end = offset + (length ?? bytes.length - offset);
      if (end > bytes.length || offset > end) {
        throw new StorageError('storage.read-failed', { path, reason: `${offset}..${end} > ${bytes.length}` });
      }
      return bytes.slice(offset, end);
    },
  };
}

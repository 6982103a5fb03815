import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelNotFoundError, StorageError, throwIfAborted } from '@mlxengine/core';
import type { ModelFile, ModelSource, ReadOptions } from '@mlxengine/core';

/** Known files of a folder as a model; a path that is not among them is never opened. */
export function folderSource(folder: string, name: string, files: readonly ModelFile[]): ModelSource {
  const known = new Set(files.map(({ path }) => path));
  return {
    name,
    list: async () => files,
    read: async (path, options = {}) => {
      if (!known.has(path)) throw new ModelNotFoundError('model.no-file', { model: name, file: path });
      return readRange(join(folder, path), options);
    },
    localPath: (path) => (known.has(path) ? join(folder, path) : undefined),
  };
}

async function readRange(path: string, { offset = 0, length, signal }: ReadOptions): Promise<Uint8Array> {
  throwIfAborted(signal, `Reading ${path}`);
  try {
    await using handle = await open(path);
    const { size } = await handle.stat();
    const wanted = length ?? Math.max(0, size - offset);
    if (offset + wanted > size) throw new StorageError('storage.too-short', { path, found: size, expected: offset + wanted });
    const bytes = new Uint8Array(wanted);
    for (let done = 0; done < wanted;) {
      throwIfAborted(signal, `Reading ${path}`);
      const { bytesRead } = await handle.read(bytes, done, wanted - done, offset + done);
      if (bytesRead === 0) throw new StorageError('storage.too-short', { path, found: offset + done, expected: offset + wanted });
      done += bytesRead;
    }
    return bytes;
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    throw new StorageError('storage.read-failed', { path, reason: error.message }, { cause: error });
  }
}

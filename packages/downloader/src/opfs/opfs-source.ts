import { ModelNotFoundError, throwIfAborted, type ModelSource, type ReadOptions } from '@mlxengine/core';
import type { HubFile } from '../hub/hub-file.js';
import { rangeWithin } from '../source/read-range.js';
import { findFile, opfsFailure } from './opfs-files.js';

/** A snapshot in the private file system as a model. */
export function opfsSource(folder: FileSystemDirectoryHandle, name: string, files: readonly HubFile[]): ModelSource {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return {
    name,
    async list({ signal } = {}) {
      throwIfAborted(signal, `Listing ${name}`);
      return files.map(({ path, size }) => ({ path, size }));
    },
    async read(path: string, options: ReadOptions = {}) {
      throwIfAborted(options.signal, `Reading ${path}`);
      const handle = await findFile(folder, byPath.get(path)?.hash.value ?? '\u0000').catch(() => undefined);
      if (handle === undefined) throw new ModelNotFoundError('model.no-file', { model: name, file: path });
      try {
        const file = await handle.getFile();
        const { offset, length } = rangeWithin(path, file.size, options);
        return new Uint8Array(await file.slice(offset, offset + length).arrayBuffer());
      } catch (error) {
        throw error instanceof DOMException ? opfsFailure(path, error, 'read') : error;
      }
    },
  };
}

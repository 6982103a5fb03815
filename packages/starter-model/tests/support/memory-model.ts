import type { ModelSource } from '@mlxengine/core';

/** A model whose files are in memory. */
export function memoryModel(files: Readonly<Record<string, string>>): ModelSource {
  const bytes = (path: string): Uint8Array => new TextEncoder().encode(files[path]);
  return {
    name: 'hub/model',
    list: async () => Object.keys(files).map((path) => ({ path, size: bytes(path).length })),
    read: async (path, { offset = 0, length } = {}) => bytes(path).slice(offset, length === undefined ? undefined : offset + length),
  };
}

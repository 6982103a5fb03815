import { ModelNotFoundError, type ModelSource } from '@mlxengine/core';

/** A checkpoint in memory: a string is a file's text, anything else becomes JSON. */
export function memorySource(files: Readonly<Record<string, unknown>>, name = 'memory'): ModelSource {
  const bytes = new Map(
    Object.entries(files).map(([path, content]) => [path, content instanceof Uint8Array ? content : new TextEncoder().encode(typeof content === 'string' ? content : JSON.stringify(content))]),
  );
  return {
    name,
    list: async () => [...bytes].map(([path, { length }]) => ({ path, size: length })),
    read: async (path) => bytes.get(path) ?? Promise.reject(new ModelNotFoundError('model.no-file', { model: name, file: path })),
  };
}

import { CheckpointError } from '@mlxengine/core';
import type { ModelSource, TensorInformation } from '@mlxengine/core';
import { readSafetensorsHeader } from './read-header.js';

/** A tensor with its bytes, little-endian, row-major. */
export interface TensorWithBytes extends TensorInformation {
  readonly bytes: Uint8Array;
}

/**
 * All tensors of one small safetensors file, such as reference values or an adapter; weights are read by `readCheckpoint`.
 * @param file - as the source lists it
 * @throws `CheckpointError`; what the source throws
 */
export async function readSafetensors(
  source: ModelSource, file: string, options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<ReadonlyMap<string, TensorWithBytes>> {
  const signal = options.signal && { signal: options.signal };
  const found = (await source.list({ ...signal })).find(({ path }) => path === file);
  if (found === undefined) throw new CheckpointError('checkpoint.missing-file', { source: source.name, file });
  const tensors = new Map<string, TensorWithBytes>();
  for (const entry of await readSafetensorsHeader(source, found, options)) {
    const bytes = await source.read(file, { offset: entry.byteOffset, length: entry.byteLength, ...signal });
    tensors.set(entry.name, { ...entry, bytes });
  }
  return tensors;
}

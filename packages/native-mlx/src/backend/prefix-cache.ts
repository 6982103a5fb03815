import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import process from 'node:process';
import type { WeightSource } from '@mlxengine/core';
import { checkCacheOptions, type PrefixCacheOptions } from '@mlxengine/core/backend';
import type { NativeModelSpecification, NativePrefixCache } from '../abi/native-addon.js';
import { weightBytes } from '../memory/memory-budget.js';

/** What {@link prefixCache} needs. */
export interface PrefixCacheInput {
  readonly specification: NativeModelSpecification;
  readonly weights: WeightSource;
  /** Memory that can be had before the model is loaded, where that is known. */
  readonly availableBytes: number | undefined;
  readonly options: PrefixCacheOptions | undefined;
}

const defaultFolderBytes = 8 * 1024 ** 3;

/**
 * How much of earlier sequences a model keeps: by default a quarter of the memory that is left beside its weights.
 * @throws `InvalidArgumentError`
 */
export async function prefixCache({ specification, weights, availableBytes = process.availableMemory(), options = {} }: PrefixCacheInput): Promise<NativePrefixCache> {
  checkCacheOptions(options);
  const { folder, folderBytes = defaultFolderBytes } = options;
  const bytes = options.bytes ?? Math.max(0, Math.floor((availableBytes - weightBytes(specification)) / 4));
  if (folder === undefined) return { bytes };
  return { bytes, folder, folderBytes, fingerprint: await fingerprint(specification, weights) };
}

/**
 * Tells models apart whose states must not meet: the whole graph, and of the weights their formats and a sample of each tensor's
 * bytes, because reading them all would take as long as loading.
 */
async function fingerprint({ graph, dtype, quantizations, tensors, cache }: NativeModelSpecification, weights: WeightSource): Promise<string> {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([graph, dtype, cache, quantizations, tensors.map(({ name, dtype, shape }) => [name, dtype, shape])]));
  const located = new Map<string, Sampled[]>();
  for (const { name } of tensors) {
    const location = weights.location(name);
    const byteLength = weights.tensors.get(name)?.byteLength ?? 0;
    if (location === undefined) hash.update(await firstBytes(name, weights));
    else located.set(location.file, [...(located.get(location.file) ?? []), { byteOffset: location.byteOffset, byteLength }]);
  }
  for (const [file, places] of located) await sample(file, places, (bytes) => hash.update(bytes));
  return hash.digest('hex');
}

interface Sampled {
  readonly byteOffset: number;
  readonly byteLength: number;
}

const sampleBytes = 256;

async function firstBytes(name: string, weights: WeightSource): Promise<Uint8Array> {
  if (weights.open === undefined) return (await weights.read(name)).subarray(0, sampleBytes);
  const bytes = new Uint8Array(Math.min(sampleBytes, weights.tensors.get(name)?.byteLength ?? 0));
  await weights.open(name).read(bytes);
  return bytes;
}

/** The first bytes of each tensor, and as many from its middle. */
async function sample(file: string, tensors: readonly Sampled[], add: (bytes: Uint8Array) => void): Promise<void> {
  const handle = await open(file);
  try {
    for (const { byteOffset, byteLength } of tensors) {
      for (const start of [0, Math.floor(byteLength / 2)]) {
        const { buffer, bytesRead } = await handle.read(new Uint8Array(Math.min(sampleBytes, byteLength - start)), { position: byteOffset + start });
        add(buffer.subarray(0, bytesRead));
      }
    }
  } finally {
    await handle.close();
  }
}

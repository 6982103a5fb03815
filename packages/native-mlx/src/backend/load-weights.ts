import { throwIfAborted, type WeightSource } from '@mlxengine/core';
import type { BackendLoadOptions } from '@mlxengine/core/backend';
import type { NativeModel, NativeModelSpecification } from '../abi/native-addon.js';
import { toThrownError } from '../loading/native-errors.js';
import { awaitRequest } from './await-request.js';

const operation = 'Loading the model';

/** What {@link loadWeights} needs. */
export interface WeightLoading {
  readonly native: NativeModel;
  readonly specification: NativeModelSpecification;
  readonly weights: WeightSource;
  readonly options: BackendLoadOptions;
}

/** Tensors in files the addon reads itself; the others come through JavaScript first, one after another. */
export async function loadWeights({ native, specification, weights, options }: WeightLoading): Promise<void> {
  const { onProgress, signal } = options;
  const sizes = new Map(specification.tensors.map(({ name }) => [name, weights.tensors.get(name)?.byteLength ?? 0]));
  const totalBytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  let providedBytes = 0;
  for (const { name, file } of specification.tensors) {
    if (file !== undefined) continue;
    await provide(native, name, weights, signal);
    providedBytes += sizes.get(name) ?? 0;
    onProgress?.({ loadedBytes: providedBytes, totalBytes });
  }
  await readFiles(native, signal, (fileBytes) => onProgress?.({ loadedBytes: providedBytes + fileBytes, totalBytes }));
}

async function provide(native: NativeModel, name: string, weights: WeightSource, signal: AbortSignal | undefined): Promise<void> {
  const bytes = await weights.read(name, { ...(signal && { signal }) });
  throwIfAborted(signal, operation);
  try {
    native.provide(name, bytes);
  } catch (error) {
    throw toThrownError(error, operation);
  }
}

async function readFiles(native: NativeModel, signal: AbortSignal | undefined, onProgress: (fileBytes: number) => void): Promise<void> {
  try {
    await awaitRequest({
      operation,
      model: native,
      signal,
      start: (onEvent) => native.load(onEvent),
      onEvent: (event) => void (event.type === 'load-progress' && onProgress(event.fileBytes)),
    });
  } catch (error) {
    throwIfAborted(signal, operation);
    throw error;
  }
}

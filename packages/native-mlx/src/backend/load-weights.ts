import { CheckpointError, throwIfAborted, type TensorStream, type WeightSource } from '@mlxengine/core';
import type { BackendLoadOptions } from '@mlxengine/core/backend';
import type { NativeModel, NativeModelSpecification } from '../abi/native-addon.js';
import { awaitRequest } from './await-request.js';

const operation = 'Loading the model';

/** What {@link loadWeights} needs. */
export interface WeightLoading {
  readonly native: NativeModel;
  readonly specification: NativeModelSpecification;
  readonly weights: WeightSource;
  readonly options: BackendLoadOptions;
}

// Of a tensor that comes through JavaScript; on a network a part is a request.
const partBytes = 8 * 1024 * 1024;

/** Tensors in files the addon reads itself; the others come through JavaScript first, one after another, in parts. */
export async function loadWeights({ native, specification, weights, options }: WeightLoading): Promise<void> {
  const { onProgress, signal } = options;
  const sizes = new Map(specification.tensors.map(({ name }) => [name, weights.tensors.get(name)?.byteLength ?? 0]));
  const totalBytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  let providedBytes = 0;
  const onProvided = (bytes: number): void => onProgress?.({ loadedBytes: (providedBytes += bytes), totalBytes });
  let buffer = new Uint8Array();
  for (const { name, file } of specification.tensors) {
    if (file !== undefined) continue;
    const byteLength = sizes.get(name) ?? 0;
    if (buffer.length < Math.min(partBytes, byteLength)) buffer = new Uint8Array(Math.min(partBytes, byteLength));
    await provide({ native, name, byteLength, buffer, weights, onProvided, signal });
  }
  await readFiles(native, signal, (fileBytes) => onProgress?.({ loadedBytes: providedBytes + fileBytes, totalBytes }));
}

interface Providing extends Pick<WeightLoading, 'native' | 'weights'> {
  readonly name: string;
  readonly byteLength: number;
  /** Holds a part, or all of a tensor that is smaller; the same for all tensors, since the collector is late for memory. */
  readonly buffer: Uint8Array;
  readonly onProvided: (bytes: number) => void;
  readonly signal: AbortSignal | undefined;
}

async function provide({ native, name, byteLength, buffer, weights, onProvided, signal }: Providing): Promise<void> {
  const stream = openTensor({ weights, name, byteLength, signal });
  for (let offset = 0; offset < byteLength; offset += partBytes) {
    const part = buffer.subarray(0, Math.min(partBytes, byteLength - offset));
    await stream.read(part);
    throwIfAborted(signal, operation);
    await awaitRequest({ operation, model: native, signal, start: (onEvent) => native.provide(name, part, onEvent) });
    onProvided(part.length);
  }
}

function openTensor({ weights, name, byteLength, signal }: Pick<Providing, 'weights' | 'name' | 'byteLength' | 'signal'>): TensorStream {
  const options = signal === undefined ? {} : { signal };
  if (weights.open !== undefined) return weights.open(name, options);
  let whole: Uint8Array | undefined;
  let offset = 0;
  return {
    read: async (into) => {
      whole ??= await weights.read(name, options);
      if (whole.length !== byteLength) {
        throw new CheckpointError('checkpoint.short-read', { file: 'The checkpoint', tensor: name, found: whole.length, expected: byteLength });
      }
      into.set(whole.subarray(offset, (offset += into.length)));
    },
  };
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

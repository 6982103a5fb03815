import { CheckpointError, throwIfAborted } from '@mlxengine/core';
import type { ModelFile, ModelSource } from '@mlxengine/core';
import { readSafetensorsHeader } from '../safetensors/read-header.js';
import { findWeightFiles } from './weight-files.js';
import type { LocatedTensor } from './located-tensor.js';

/** Headers that are read at a time: enough to hide a network's latency, few enough to be a good guest. */
const concurrentHeaders = 4;

/**
 * All tensors of a model by name, from the headers of its safetensors files; no tensor's bytes are read.
 * @param files - the source's files
 * @throws `CheckpointError`, `UnsupportedFeatureError`, `AbortedError`
 */
export async function readTensors(
  source: ModelSource,
  files: readonly ModelFile[],
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<ReadonlyMap<string, LocatedTensor>> {
  const { files: weightFiles, fileOfTensor } = await findWeightFiles(source, files, options);
  const tensors = new Map<string, LocatedTensor>();
  for (let first = 0; first < weightFiles.length; first += concurrentHeaders) {
    throwIfAborted(options.signal, 'Reading the weights');
    const batch = weightFiles.slice(first, first + concurrentHeaders);
    const headers = await Promise.all(batch.map((file) => readTensorsOfFile(source, file, options)));
    for (const tensor of headers.flat()) addTensor(tensors, tensor, fileOfTensor);
  }
  return tensors;
}

async function readTensorsOfFile(
  source: ModelSource,
  file: ModelFile,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<readonly LocatedTensor[]> {
  const entries = await readSafetensorsHeader(source, file, options);
  return entries.map((entry) => ({ ...entry, file: file.path }));
}

function addTensor(tensors: Map<string, LocatedTensor>, tensor: LocatedTensor, fileOfTensor: ReadonlyMap<string, string>): void {
  const other = tensors.get(tensor.name);
  const chosen = fileOfTensor.get(tensor.name);
  if (other === undefined || chosen === tensor.file) tensors.set(tensor.name, tensor);
  else if (chosen !== other.file) {
    const name = JSON.stringify(tensor.name);
    throw new CheckpointError('checkpoint.duplicate-tensor', { tensor: name, first: other.file, second: tensor.file });
  }
}

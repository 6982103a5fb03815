import { CheckpointError } from '@mlxengine/core';
import type { ModelFile, ModelSource } from '@mlxengine/core';
import { describeJson } from '../json/describe-json.js';
import { readJson } from '../json/read-json.js';

const indexFile = 'model.safetensors.index.json';
/** The cap of a safetensors header serves for the index too: it lists the same names. */
const indexSizeLimit = 100_000_000;

/** Which files hold a model's tensors. */
export interface WeightFiles {
  readonly files: readonly ModelFile[];
  /** File of a tensor by the index, where it was used; decides only where two files have the tensor. */
  readonly fileOfTensor: ReadonlyMap<string, string>;
}

/**
 * Chooses the weight files: those of the index if every one exists (stale indexes are common), otherwise
 * `model*.safetensors`, then `weight*.safetensors`, then all but reference values and adapters.
 * @throws `CheckpointError` where there is none, or the index names anything but files beside it
 */
export async function findWeightFiles(
  source: ModelSource,
  files: readonly ModelFile[],
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<WeightFiles> {
  const index = await readIndex(source, files, options.signal);
  const named = new Set(index.values());
  const indexed = files.filter(({ path }) => named.has(path));
  if (indexed.length > 0 && indexed.length === named.size) return { files: indexed, fileOfTensor: index };
  const candidates = files.filter(({ path }) => path.endsWith('.safetensors') && !path.includes('/'));
  for (const name of [/^model/, /^weight/, /^(?!reference|adapters)/]) {
    const found = candidates.filter(({ path }) => name.test(path));
    if (found.length > 0) return { files: found, fileOfTensor: new Map() };
  }
  throw new CheckpointError('checkpoint.no-weights', { source: source.name });
}

async function readIndex(
  source: ModelSource,
  files: readonly ModelFile[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, string>> {
  const size = files.find(({ path }) => path === indexFile)?.size;
  if (size === undefined) return new Map();
  const index = await readJson(source, indexFile, { size, limit: indexSizeLimit, signal });
  const weightMap = index instanceof Map ? (index.get('weight_map') as unknown) : index;
  // Like an index of files that are gone: it says nothing of those that are there.
  if (weightMap === null) return new Map();
  if (!(weightMap instanceof Map)) {
    throw new CheckpointError('checkpoint.config-value', { file: indexFile, key: 'weight_map', found: describeJson(weightMap), expected: '{…}' });
  }
  for (const name of weightMap.values()) checkName(name);
  return weightMap as ReadonlyMap<string, string>;
}

/** A name from an index is untrusted: it must be that of a file in the model's own folder. */
function checkName(name: unknown): void {
  const safe = typeof name === 'string' && name !== '' && !/[/\\:\u0000]|\.\./.test(name) && name !== '.';
  if (!safe) throw new CheckpointError('checkpoint.unsafe-name', { file: indexFile, name: describeJson(name) });
}

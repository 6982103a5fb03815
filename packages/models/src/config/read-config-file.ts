import type { ModelFile, ModelSource } from '@mlxengine/core';
import { readJson } from '../json/read-json.js';
import { toConfigValue } from './config-values.js';

/** Largest configuration file that is read, in bytes. */
const sizeLimit = 16 * 1024 * 1024;

/**
 * A JSON file of a model as plain data.
 * @returns `undefined` where the source has no such file
 * @throws `CheckpointError`
 */
export async function readConfigFile(
  source: ModelSource, files: readonly ModelFile[], path: string, options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<unknown> {
  const size = files.find((file) => file.path === path)?.size;
  return size === undefined ? undefined : toConfigValue(await readJson(source, path, { size, limit: sizeLimit, signal: options.signal }));
}

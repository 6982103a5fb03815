import { CheckpointError } from '@mlxengine/core';
import type { ModelFile, ModelSource } from '@mlxengine/core';
import type { LocatedTensor } from '../checkpoint/located-tensor.js';
import { ConfigReader } from '../config/config-reader.js';
import { readConfigFile } from '../config/read-config-file.js';
import { describeJson } from '../json/describe-json.js';
import { readSafetensorsHeader } from '../safetensors/read-header.js';

/** What an adapter's folder holds, with nothing interpreted. */
export interface AdapterFiles {
  readonly source: string;
  readonly config: ConfigReader;
  /** By the names of the files. */
  readonly tensors: ReadonlyMap<string, LocatedTensor>;
}

const configFile = 'adapter_config.json';

/**
 * Reads the configuration of an adapter and the header of its weights.
 * @throws `CheckpointError`
 */
export async function readAdapterFiles(source: ModelSource, options: { readonly signal?: AbortSignal | undefined }): Promise<AdapterFiles> {
  const files = await source.list({ ...(options.signal && { signal: options.signal }) });
  const values = await readConfigFile(source, files, configFile, options);
  if (values === undefined) throw missing(source, configFile);
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw new CheckpointError('checkpoint.config-value', { file: configFile, key: '', found: describeJson(values), expected: '{…}' });
  }
  const config = new ConfigReader(values as Readonly<Record<string, unknown>>, configFile);
  const file = weightFile(source, files, config.has('peft_type'));
  const entries = await readSafetensorsHeader(source, file, options);
  return { source: source.name, config, tensors: new Map(entries.map((entry) => [entry.name, { ...entry, file: file.path }])) };
}

function weightFile(source: ModelSource, files: readonly ModelFile[], isPeft: boolean): ModelFile {
  const name = isPeft ? 'adapter_model.safetensors' : 'adapters.safetensors';
  const file = files.find(({ path }) => path === name);
  if (file === undefined) throw missing(source, name);
  return file;
}

function missing(source: ModelSource, file: string): CheckpointError {
  return new CheckpointError('checkpoint.adapter-file', { source: source.name, file });
}

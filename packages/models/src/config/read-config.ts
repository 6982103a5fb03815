import { CheckpointError } from '@mlxengine/core';
import type { ModelFile, ModelSource, SamplingDefaults } from '@mlxengine/core';
import { describeJson } from '../json/describe-json.js';
import { readJson } from '../json/read-json.js';
import { ConfigReader } from './config-reader.js';
import { toConfigValue } from './config-values.js';
import { readEndTokens, readSamplingDefaults } from './generation-config.js';

/** Largest configuration file that is read, in bytes. */
const configSizeLimit = 16 * 1024 * 1024;

/** What a model's configuration files say. */
export interface ModelConfig {
  /** config.json. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Ids that end an answer: generation_config.json's, else config.json's; empty where neither says. */
  readonly endTokens: readonly number[];
  readonly samplingDefaults: SamplingDefaults | undefined;
}

/**
 * Reads config.json and, where there is one, generation_config.json.
 * @param files - the source's files
 * @throws `CheckpointError`
 */
export async function readModelConfig(
  source: ModelSource,
  files: readonly ModelFile[],
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<ModelConfig> {
  const values = await readObject(source, files, 'config.json', options.signal);
  if (values === undefined) throw new CheckpointError('checkpoint.missing-file', { source: source.name, file: 'config.json' });
  const generation = new ConfigReader(
    (await readObject(source, files, 'generation_config.json', options.signal)) ?? {},
    'generation_config.json',
  );
  return {
    values: await withSeparateQuantization(source, files, values, options.signal),
    endTokens: readEndTokens(generation) ?? readEndTokens(new ConfigReader(values)) ?? [],
    samplingDefaults: readSamplingDefaults(generation),
  };
}

/** NVIDIA ModelOpt keeps its quantization in hf_quant_config.json. */
async function withSeparateQuantization(
  source: ModelSource,
  files: readonly ModelFile[],
  values: Readonly<Record<string, unknown>>,
  signal: AbortSignal | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  const config = new ConfigReader(values);
  const known = ['quantization', 'quantization_config'].some((key) => config.has(key));
  if (known || config.object('text_config')?.has('quantization_config') === true) return values;
  const separate = await readObject(source, files, 'hf_quant_config.json', signal);
  return separate === undefined ? values : { ...values, quantization_config: { quant_method: 'modelopt', ...separate } };
}

async function readObject(
  source: ModelSource,
  files: readonly ModelFile[],
  file: string,
  signal: AbortSignal | undefined,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const size = files.find(({ path }) => path === file)?.size;
  if (size === undefined) return undefined;
  const value = await readJson(source, file, { size, limit: configSizeLimit, signal });
  const config = value instanceof Map ? toConfigValue(value) : undefined;
  if (typeof config === 'object') return config as Readonly<Record<string, unknown>>;
  throw new CheckpointError('checkpoint.json-syntax', { file, position: 0, expected: '"{"', found: describeJson(value) });
}

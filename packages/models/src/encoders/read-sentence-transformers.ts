import { UnsupportedFeatureError } from '@mlxengine/core';
import type { ModelFile, ModelSource } from '@mlxengine/core';
import type { UnaryFunction } from '@mlxengine/core/graph';
import { ConfigReader } from '../config/config-reader.js';
import { readConfigFile } from '../config/read-config-file.js';

/** How one vector is made of a sequence's; several are put one after another. */
export type Pooling = 'mean' | 'max' | 'cls' | 'last';

/** One step after the transformer, as sentence-transformers lists them in `modules.json`. */
export type EmbeddingModule =
  | { readonly type: 'pooling'; readonly modes: readonly Pooling[] }
  /** `path` is its folder; `path/model.safetensors` has `linear.weight` and perhaps `linear.bias`. */
  | { readonly type: 'dense'; readonly path: string; readonly dimensions: number; readonly bias: boolean; readonly activation: UnaryFunction | undefined }
  | { readonly type: 'normalize' };

/** What sentence-transformers' files beside a model say. */
export interface EmbeddingSettings {
  readonly modules: readonly EmbeddingModule[];
  /** Longer texts are cut to so many tokens; `undefined`: the context's length. */
  readonly maximumLength: number | undefined;
  /** Whether texts are made lower-case first. */
  readonly lowercase: boolean;
  /** Texts that go before others, by name, such as `query`. */
  readonly prompts: Readonly<Record<string, string>>;
  /** The prompt that is used where none is asked for. */
  readonly defaultPrompt: string | undefined;
}

/** Where the files say nothing, sentence-transformers takes the mean, and so do we. */
export const plainEmbedding: EmbeddingSettings = {
  modules: [{ type: 'pooling', modes: ['mean'] }], maximumLength: undefined, lowercase: false, prompts: {}, defaultPrompt: undefined,
};

/** How to read {@link EmbeddingSettings}. */
export interface ReadEmbeddingOptions {
  /** Modules that are known otherwise; default: those of `modules.json`. */
  readonly modules?: readonly EmbeddingModule[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads `modules.json` and the files that it names.
 * @returns `undefined` where the modules are not known
 * @throws `CheckpointError`, `UnsupportedFeatureError` for a module or a pooling that is not known
 */
export async function readEmbeddingSettings(
  source: ModelSource, files: readonly ModelFile[], options: ReadEmbeddingOptions = {},
): Promise<EmbeddingSettings | undefined> {
  const read = (path: string): Promise<unknown> => readConfigFile(source, files, path, options);
  const modules = options.modules ?? await readModules(read);
  if (modules === undefined) return undefined;
  const texts = asConfig(await read('sentence_bert_config.json'), 'sentence_bert_config.json');
  const own = asConfig(await read('config_sentence_transformers.json'), 'config_sentence_transformers.json');
  const prompts = own?.object('prompts');
  return {
    modules,
    maximumLength: texts?.optionalInteger('max_seq_length', { minimum: 1, maximum: 2 ** 31 - 1 }),
    lowercase: texts?.boolean('do_lower_case', false) ?? false,
    prompts: Object.fromEntries(prompts?.keys().map((name) => [name, prompts.string(name, '')]) ?? []),
    defaultPrompt: own?.has('default_prompt_name') === true ? own.string('default_prompt_name') : undefined,
  };
}

type Read = (path: string) => Promise<unknown>;

async function readModules(read: Read): Promise<readonly EmbeddingModule[] | undefined> {
  const listed = await read('modules.json');
  if (listed === undefined) return undefined;
  if (!Array.isArray(listed) || listed.length > 16) throw new ConfigReader({ modules: listed }, 'modules.json').invalid('modules', '[{…}, …]');
  const modules: EmbeddingModule[] = [];
  for (const [index, item] of listed.entries()) {
    const module = await readModule(new ConfigReader({ module: item }, 'modules.json', `${index}.`).object('module'), read);
    if (module !== undefined) modules.push(module);
  }
  return modules;
}

async function readModule(module: ConfigReader | undefined, read: Read): Promise<EmbeddingModule | undefined> {
  const type = module?.string('type').split('.').at(-1) ?? '';
  const path = module?.string('path', '') ?? '';
  if (!/^[\w.-]*$/.test(path) || path.includes('..')) throw module!.invalid('path', 'a folder beside the model');
  switch (type) {
    case 'Transformer': return undefined;
    case 'Normalize': return { type: 'normalize' };
    case 'Pooling': return readPooling(asConfig(await read(`${path}/config.json`), `${path}/config.json`));
    case 'Dense': return readDense(path, asConfig(await read(`${path}/config.json`), `${path}/config.json`));
    default: throw unsupported(`the module ${JSON.stringify(type)}`);
  }
}

const poolings: Readonly<Record<string, Pooling>> = {
  pooling_mode_cls_token: 'cls', pooling_mode_mean_tokens: 'mean', pooling_mode_max_tokens: 'max', pooling_mode_lasttoken: 'last',
};
const poolingNames: Readonly<Record<string, Pooling>> = { cls: 'cls', mean: 'mean', max: 'max', lasttoken: 'last' };

/** Older files have a flag for each mode, newer ones its name. */
function readPooling(config: ConfigReader | undefined): EmbeddingModule {
  if (config === undefined) return { type: 'pooling', modes: ['mean'] };
  if (!config.boolean('include_prompt', true)) throw unsupported('a pooling that leaves prompts out');
  const named = config.has('pooling_mode') ? config.string('pooling_mode') : undefined;
  if (named !== undefined) {
    const mode = Object.hasOwn(poolingNames, named) ? poolingNames[named] : undefined;
    if (mode === undefined) throw unsupported(`the pooling ${JSON.stringify(named)}`);
    return { type: 'pooling', modes: [mode] };
  }
  const flags = config.keys().filter((key) => key.startsWith('pooling_mode_') && config.boolean(key, false));
  const other = flags.find((flag) => !Object.hasOwn(poolings, flag));
  if (other !== undefined) throw unsupported(`the pooling ${other}`);
  // Several are put one after another in this order.
  const modes = Object.entries(poolings).filter(([flag]) => flags.includes(flag)).map(([, mode]) => mode);
  return { type: 'pooling', modes: modes.length > 0 ? modes : ['mean'] };
}

const activations: Readonly<Record<string, UnaryFunction | undefined>> = { Tanh: 'tanh', Identity: undefined, ReLU: 'relu', GELU: 'gelu', SiLU: 'silu', Sigmoid: 'sigmoid' };

function readDense(path: string, config: ConfigReader | undefined): EmbeddingModule {
  if (config === undefined) throw unsupported(`the module Dense without ${path}/config.json`);
  const name = config.string('activation_function', 'Tanh').split('.').at(-1) ?? '';
  if (!Object.hasOwn(activations, name)) throw unsupported(`the activation ${JSON.stringify(name)} of the module Dense`);
  return {
    type: 'dense', path, activation: activations[name],
    dimensions: config.integer('out_features', { minimum: 1, maximum: 2 ** 20 }),
    bias: config.boolean('bias', true),
  };
}

function asConfig(value: unknown, file: string): ConfigReader | undefined {
  if (value === undefined) return undefined;
  return new ConfigReader({ value }, file).object('value');
}

function unsupported(feature: string): UnsupportedFeatureError {
  return new UnsupportedFeatureError('feature.unsupported', {
    component: 'This version of @mlxengine/models', feature: `${feature} of sentence-transformers`, remedy: 'Choose a model with pooling, dense and normalize modules.',
  });
}

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
  const texts = await readTextSettings(read);
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

/** Called after the family, too, in older models. */
async function readTextSettings(read: Read): Promise<ConfigReader | undefined> {
  for (const family of ['bert', 'roberta', 'xlm-roberta', 'camembert']) {
    const file = `sentence_${family}_config.json`;
    const found = asConfig(await read(file), file);
    if (found !== undefined) return found;
  }
  return undefined;
}

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
    case 'Transformer': case 'Dropout': return undefined;
    case 'Normalize': return { type: 'normalize' };
    case 'Pooling': return readPooling(asConfig(await read(`${path}/config.json`), `${path}/config.json`));
    case 'Dense': return readDense(path, asConfig(await read(`${path}/config.json`), `${path}/config.json`));
    default: throw unsupported(`the module ${JSON.stringify(type)}`);
  }
}

/** In the order in which several that are flagged are put one after another. */
const flags: Readonly<Record<string, Pooling>> = {
  pooling_mode_cls_token: 'cls', pooling_mode_max_tokens: 'max', pooling_mode_mean_tokens: 'mean', pooling_mode_lasttoken: 'last',
};
const names: Readonly<Record<string, Pooling>> = { cls: 'cls', mean: 'mean', max: 'max', lasttoken: 'last' };

/** Newer files have names, older ones a flag for each mode. */
function readPooling(config: ConfigReader | undefined): EmbeddingModule {
  if (config === undefined) return { type: 'pooling', modes: ['mean'] };
  if (!config.boolean('include_prompt', true)) throw unsupported('a pooling that leaves prompts out');
  const modes = config.has('pooling_mode') ? namedModes(config) : flaggedModes(config);
  return { type: 'pooling', modes: modes.length > 0 ? modes : ['mean'] };
}

function namedModes(config: ConfigReader): readonly Pooling[] {
  const listed = Array.isArray(config.raw('pooling_mode')) ? config.optionalStrings('pooling_mode') ?? [] : [config.string('pooling_mode')];
  return listed.map((name) => {
    const mode = Object.hasOwn(names, name) ? names[name] : undefined;
    if (mode === undefined) throw unsupported(`the pooling ${JSON.stringify(name)}`);
    return mode;
  });
}

function flaggedModes(config: ConfigReader): readonly Pooling[] {
  const set = config.keys().filter((key) => key.startsWith('pooling_mode_') && config.boolean(key, false));
  const other = set.find((flag) => !Object.hasOwn(flags, flag));
  if (other !== undefined) throw unsupported(`the pooling ${other}`);
  return Object.entries(flags).filter(([flag]) => set.includes(flag)).map(([, mode]) => mode);
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
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ConfigReader({ config: value }, file).invalid('config', '{…}');
  return new ConfigReader(value as Readonly<Record<string, unknown>>, file);
}

function unsupported(feature: string): UnsupportedFeatureError {
  return new UnsupportedFeatureError('feature.unsupported', {
    component: 'This version of @mlxengine/models', feature: `${feature} of sentence-transformers`, remedy: 'Choose a model with pooling, dense and normalize modules.',
  });
}

import { CommandError, type GenerateParameters } from '@mlxengine/core';
import type { BackendChoice, InferenceEngineOptions } from '@mlxengine/engine';
import type { CommandOption } from './command.js';
import type { OptionValues } from './option-values.js';

/** Options of every command that loads a model. */
export const modelOptions: Readonly<Record<'model' | 'backend' | 'isolate', CommandOption>> = {
  model: { type: 'string', short: 'm', value: 'M', description: 'folder, registry name or hub id (default: smollm2)' },
  backend: { type: 'string', short: 'b', value: 'B', description: 'auto, mlx or fallback (default: auto)' },
  isolate: { type: 'boolean', description: 'MLX in a process of its own, which may crash' },
};

/** Options of commands whose answers an adapter may change. */
export const adapterOptions: Readonly<Record<'adapter', CommandOption>> = {
  adapter: { type: 'string', value: 'A', description: 'LoRA or DoRA adapter of mlx-lm or PEFT: folder or hub id (MLX only)' },
};

type Penalty = 'repetition-penalty' | 'presence-penalty' | 'frequency-penalty';

/** Options of every command that generates. */
export const generateOptions: Readonly<Record<'max-tokens' | 'temperature' | 'seed' | Penalty | 'system' | 'stats', CommandOption>> = {
  'max-tokens': { type: 'string', value: 'N', description: 'most tokens to generate (default: what the context holds)' },
  temperature: { type: 'string', value: 'T', description: '0 is greedy (default: the model\'s own, else 0)' },
  seed: { type: 'string', value: 'S', description: 'the same seed gives the same answer' },
  'repetition-penalty': { type: 'string', value: 'P', description: 'over 1 repeats less (MLX only, as the two below; default: 1)' },
  'presence-penalty': { type: 'string', value: 'P', description: 'over 0 repeats less (default: 0)' },
  'frequency-penalty': { type: 'string', value: 'P', description: 'over 0 repeats less, the more often the less (default: 0)' },
  system: { type: 'string', value: 'TEXT', description: 'instructions for the model' },
  stats: { type: 'boolean', description: 'time, speed and memory on standard error' },
};

const backends: readonly BackendChoice[] = ['auto', 'mlx', 'fallback'];

/** The adapter that answers are to be computed with. */
export function readAdapterOptions(values: OptionValues): Pick<InferenceEngineOptions, 'adapter'> {
  const adapter = values.text('adapter');
  return adapter === undefined ? {} : { adapter };
}

/** Which model, and how to load it. */
export function readModelOptions(values: OptionValues): { readonly model: string } & InferenceEngineOptions {
  return { model: values.text('model') ?? 'smollm2', backend: values.oneOf('backend', backends) ?? 'auto', isolate: values.flag('isolate') };
}

/** Options of commands that load a model for which there is no default. */
export const vectorModelOptions: Readonly<Record<'model' | 'backend' | 'isolate' | 'json', CommandOption>> = {
  model: { ...modelOptions.model, description: 'folder or hub id' },
  backend: modelOptions.backend,
  isolate: modelOptions.isolate,
  json: { type: 'boolean', description: 'one line of JSON' },
};

/** {@link readModelOptions} where there is no default. */
export function readVectorModelOptions(values: OptionValues, command: string): ReturnType<typeof readModelOptions> {
  if (values.text('model') === undefined) throw new CommandError('cli.usage', { problem: '--model is missing.', command });
  return readModelOptions(values);
}

/** How to generate. */
export function readGenerateOptions(values: OptionValues): GenerateParameters {
  const maxTokens = values.number('max-tokens', { min: 1, integer: true });
  const temperature = values.number('temperature', { min: 0, max: 100 });
  const seed = values.number('seed', { min: 0, max: 0xffffffff, integer: true });
  return {
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(seed === undefined ? {} : { seed }),
    ...readPenalties(values),
  };
}

function readPenalties(values: OptionValues): Pick<GenerateParameters, 'repetitionPenalty' | 'presencePenalty' | 'frequencyPenalty'> {
  const repetitionPenalty = values.number('repetition-penalty', { min: 0, max: 100 });
  const presencePenalty = values.number('presence-penalty', { min: -100, max: 100 });
  const frequencyPenalty = values.number('frequency-penalty', { min: -100, max: 100 });
  return {
    ...(repetitionPenalty === undefined ? {} : { repetitionPenalty }),
    ...(presencePenalty === undefined ? {} : { presencePenalty }),
    ...(frequencyPenalty === undefined ? {} : { frequencyPenalty }),
  };
}

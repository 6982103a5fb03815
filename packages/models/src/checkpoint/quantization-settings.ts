import { UnsupportedFeatureError } from '@mlxengine/core';
import type { QuantizationMode } from '@mlxengine/core';
import type { ConfigReader } from '../config/config-reader.js';

const modes: readonly QuantizationMode[] = ['affine', 'mxfp4', 'nvfp4', 'mxfp8'];

/** What a configuration says of one weight: dense, quantized somehow, or quantized so. */
export type WeightSetting = 'dense' | 'quantized' | {
  readonly bits?: number | undefined;
  readonly groupSize?: number | undefined;
  readonly mode?: QuantizationMode | undefined;
};

/** What a configuration says of quantization. */
export interface QuantizationSettings {
  /** An explicit setting for a module path; `undefined` where the tensors decide. */
  forPath(path: string): WeightSetting | undefined;
}

/**
 * MLX's own settings of a config: `quantization` wins, then the same under `quantization_config`. Those with a
 * `quant_method` are other tools' formats, see `readForeignQuantization`; once they are rewritten, the tensors decide.
 * @throws `CheckpointError` where a value is no setting
 */
export function readQuantizationSettings(config: ConfigReader): QuantizationSettings {
  const settings = config.object('quantization') ?? quantizationConfig(config);
  if (settings === undefined || isForeign(config)) return { forPath: () => undefined };
  settings.optionalInteger('bits', bitsBounds);
  settings.optionalInteger('group_size', groupBounds);
  readMode(settings);
  return { forPath: (path) => readPath(settings, path) };
}

/** `quantization_config`, or that of a nested `text_config`. */
export function quantizationConfig(config: ConfigReader): ConfigReader | undefined {
  return config.object('quantization_config') ?? config.object('text_config')?.object('quantization_config');
}

/** Whether another tool quantized the checkpoint. */
export function isForeign(config: ConfigReader): boolean {
  return !config.has('quantization') && quantizationConfig(config)?.has('quant_method') === true;
}

const bitsBounds = { minimum: 1, maximum: 32 };
const groupBounds = { minimum: 1, maximum: 2 ** 20 };

function readPath(settings: ConfigReader, path: string): WeightSetting | undefined {
  const raw = settings.raw(path);
  if (typeof raw === 'boolean') return raw ? 'quantized' : 'dense';
  const own = settings.object(path);
  if (own === undefined) return undefined;
  return { bits: own.optionalInteger('bits', bitsBounds), groupSize: own.optionalInteger('group_size', groupBounds), mode: readMode(own) };
}

function readMode(settings: ConfigReader): QuantizationMode | undefined {
  const mode = settings.string('mode', '');
  if (mode === '') return undefined;
  const known = modes.find((name) => name === mode);
  if (known === undefined) throw settings.invalid('mode', modes.join(' | '));
  return known;
}

/** The error for a format that is known but not read. */
export function unsupportedQuantization(method: string): UnsupportedFeatureError {
  return new UnsupportedFeatureError('feature.unsupported', {
    component: 'This version of @mlxengine/models',
    feature: `the quantization "${method}"`,
    remedy: 'Choose a checkpoint that is not quantized or has one of MLX\'s quantizations.',
  });
}

import { UnsupportedFeatureError } from '@mlxengine/core';
import type { ConfigReader } from '../config/config-reader.js';

/** Formats of MLX that hold floats of 4 or 8 bits; named in errors until a backend reads them. */
const floatModes = ['mxfp4', 'mxfp8', 'nvfp4'];

/** What a configuration says of one weight: dense, quantized somehow, or quantized so. */
export type WeightSetting = 'dense' | 'quantized' | { readonly bits?: number | undefined; readonly groupSize?: number | undefined };

/** What a configuration says of quantization. */
export interface QuantizationSettings {
  /** An explicit setting for a module path; `undefined` where the tensors decide. */
  forPath(path: string): WeightSetting | undefined;
}

/**
 * Finds the quantization of a config: MLX's own `quantization` wins, then the same under `quantization_config`. Other
 * methods have formats of their own.
 * @throws `UnsupportedFeatureError` that names the method, `CheckpointError` where a value is no setting
 */
export function readQuantizationSettings(config: ConfigReader): QuantizationSettings {
  const own = config.object('quantization');
  const settings = own ?? config.object('quantization_config') ?? config.object('text_config')?.object('quantization_config');
  if (settings !== own && settings?.has('quant_method')) throw unsupported(settings.string('quant_method'));
  settings?.optionalInteger('bits', bitsBounds);
  settings?.optionalInteger('group_size', groupBounds);
  if (settings?.has('mode')) checkMode(settings, undefined);
  return { forPath: (path) => settings && readPath(settings, path) };
}

const bitsBounds = { minimum: 1, maximum: 32 };
const groupBounds = { minimum: 1, maximum: 2 ** 20 };

function readPath(settings: ConfigReader, path: string): WeightSetting | undefined {
  const raw = settings.raw(path);
  if (typeof raw === 'boolean') return raw ? 'quantized' : 'dense';
  const own = settings.object(path);
  if (own === undefined) return undefined;
  if (own.has('mode')) checkMode(own, path);
  return { bits: own.optionalInteger('bits', bitsBounds), groupSize: own.optionalInteger('group_size', groupBounds) };
}

/** A float mode for all weights may still meet affine tensors, which then decide; for one path it is the last word. */
function checkMode(settings: ConfigReader, path: string | undefined): void {
  const mode = settings.string('mode');
  if (mode === 'affine') return;
  if (!floatModes.includes(mode)) throw settings.invalid('mode', ['affine', ...floatModes].join(' | '));
  if (path !== undefined) throw unsupported(mode, path);
}

/** The error for a format that is known but not read. */
export function unsupported(method: string, path?: string): UnsupportedFeatureError {
  return new UnsupportedFeatureError('feature.unsupported', {
    component: 'This version of @mlxengine/models',
    feature: `the quantization "${method}"${path === undefined ? '' : ` (of ${path})`}`,
    remedy: 'Choose a checkpoint that is not quantized or has MLX\'s affine quantization.',
  });
}

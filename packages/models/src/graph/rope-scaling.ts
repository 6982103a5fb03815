import { UnsupportedFeatureError } from '@mlxengine/core';
import type { Bounds, ConfigReader } from '../config/config-reader.js';
import type { RopeSettings } from './rope-settings.js';

/** What rotary settings are made from, as in mlx-lm's `initialize_rope`. */
export interface RopeInit {
  /** Elements of a head that are rotated; even. */
  readonly dimensions: number;
  /** `rope_theta`: pair i of n turns by base ** (-i / n) radians a position before any scaling. */
  readonly base: number;
  /** `true`: neighbours are a pair; `false`: element i and i + dimensions / 2. */
  readonly traditional: boolean;
  /** `rope_scaling` of a config; absent is the default variant. */
  readonly scaling?: ConfigReader | undefined;
  /** `max_position_embeddings`, which dynamic and longrope start from. */
  readonly maxPositionEmbeddings?: number | undefined;
}

const factorBounds: Bounds = { minimum: 1e-6, maximum: 1e6 };
const positionBounds: Bounds = { minimum: 1, maximum: 2 ** 31 - 1 };

/**
 * Rotary settings of a config, every variant as a table of inverse frequencies.
 * Source: mlx-lm `rope_utils.py`.
 * @throws `UnsupportedFeatureError` that names the variant, `CheckpointError` for values out of bounds
 */
export function ropeSettings(init: RopeInit): RopeSettings {
  const { dimensions: rotaryDimensions, traditional, scaling } = init;
  return { rotaryDimensions, traditional, inverseFrequencies: inverseFrequencies(init, variantOf(scaling)), amplitude: 1 };
}

/** `type` wins over `rope_type`; neither means default. */
function variantOf(scaling: ConfigReader | undefined): string {
  if (scaling === undefined) return 'default';
  return scaling.string('type', '') || scaling.string('rope_type', 'default');
}

function inverseFrequencies({ dimensions, base, scaling }: RopeInit, variant: string): readonly number[] {
  const pairs = Array.from({ length: dimensions / 2 }, (_, pair) => base ** (-2 * pair / dimensions));
  if (variant === 'default') return pairs;
  if (variant === 'linear' && scaling) {
    const factor = scaling.number('factor', factorBounds);
    return pairs.map((frequency) => frequency / factor);
  }
  if (variant === 'llama3' && scaling) return llama3(pairs, scaling);
  throw new UnsupportedFeatureError('feature.unsupported', {
    component: 'This version of @mlxengine/models',
    feature: `the rope variant ${JSON.stringify(variant)}`,
    remedy: 'Supported: default, linear, llama3.',
  });
}

/** Long waves are stretched by `factor`, short ones kept, those between blended (Llama 3.1). */
function llama3(pairs: readonly number[], scaling: ConfigReader): readonly number[] {
  const factor = scaling.number('factor', factorBounds);
  const lowFactor = scaling.number('low_freq_factor', factorBounds, 1);
  const highFactor = scaling.number('high_freq_factor', factorBounds, 4);
  const context = scaling.integer('original_max_position_embeddings', positionBounds, 8192);
  return pairs.map((frequency) => {
    const wavelength = (2 * Math.PI) / frequency;
    if (wavelength > context / lowFactor) return frequency / factor;
    if (wavelength <= context / highFactor || wavelength >= context / lowFactor) return frequency;
    const smooth = (context / wavelength - lowFactor) / (highFactor - lowFactor);
    return frequency * ((1 - smooth) / factor + smooth);
  });
}

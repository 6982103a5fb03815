import { UnsupportedFeatureError } from '@mlxengine/core';
import { describeJson } from '../json/describe-json.js';
import type { Bounds, ConfigReader } from '../config/config-reader.js';
import { variantOf } from './rope-init.js';
import type { RopeInit } from './rope-init.js';
import { llama3Table, longropeTable, proportionalTable, ropePeriods } from './rope-tables.js';
import type { RopeTable } from './rope-tables.js';
import type { RopeSettings } from './rope-settings.js';
import { yarnTable } from './rope-yarn.js';

const factorBounds: Bounds = { minimum: 1e-6, maximum: 1e6 };
const defaultMaxPositions = 2048;

type Variant = (init: RopeInit, scaling: ConfigReader) => Partial<RopeSettings>;

/** Variants by the names that configs use. Source: mlx-lm `rope_utils.py`. */
const variants: Readonly<Record<string, Variant>> = {
  default: () => ({}),
  linear: (init, scaling) => {
    const factor = scaling.number('factor', factorBounds);
    return { inverseFrequencies: ropePeriods(init).map((period) => 1 / (period * factor)) };
  },
  dynamic,
  llama3: fromTable(llama3Table),
  yarn: fromTable(yarnTable),
  deepseek_yarn: fromTable(yarnTable),
  'telechat3-yarn': fromTable(yarnTable),
  longrope: fromTable(longropeTable),
  su: fromTable(longropeTable),
  proportional: fromTable(proportionalTable),
  mrope,
};

/**
 * Rotary settings of a config: all variants but the dynamic one are a table of inverse frequencies and an amplitude.
 * @throws `UnsupportedFeatureError` that names the variant, `CheckpointError` for values out of bounds
 */
export function ropeSettings(init: RopeInit): RopeSettings {
  const { dimensions: rotaryDimensions, traditional, scaling } = init;
  const plain = { rotaryDimensions, traditional, inverseFrequencies: ropePeriods(init).map((period) => 1 / period), amplitude: 1 };
  if (scaling === undefined) return plain;
  const name = variantOf(scaling);
  const variant = Object.hasOwn(variants, name) ? variants[name] : undefined;
  if (variant === undefined) throw unsupported(name);
  const settings = { ...plain, ...variant(init, scaling) };
  const finite = settings.inverseFrequencies.length === rotaryDimensions / 2 && [settings.amplitude, ...settings.inverseFrequencies].every(Number.isFinite);
  if (!finite) throw scaling.invalid(scaling.has('type') ? 'type' : 'rope_type', `settings of ${name} that give finite angles`);
  return settings;
}

function fromTable(table: (init: RopeInit, scaling: ConfigReader) => RopeTable): Variant {
  return (init, scaling) => {
    const { periods, amplitude } = table(init, scaling);
    return { inverseFrequencies: periods.map((period) => Math.fround(1 / period)), amplitude };
  };
}

/** The base grows with the sequence, from the length on that the model was trained with. */
function dynamic({ dimensions, base, maxPositionEmbeddings: maximum = defaultMaxPositions }: RopeInit, scaling: ConfigReader): Partial<RopeSettings> {
  if (dimensions < 4) throw scaling.invalid('type', `another variant for ${dimensions} rotary dimensions`);
  return { dynamic: { base, factor: scaling.number('factor', factorBounds), maximum } };
}

/** Of text, all three sections have the same position, which is plain rotation. */
function mrope(_init: RopeInit, scaling: ConfigReader): Partial<RopeSettings> {
  const sections = scaling.raw('mrope_section');
  if (Array.isArray(sections) && sections.length === 3) return {};
  throw scaling.invalid('mrope_section', `[integer, integer, integer] (found ${describeJson(sections)})`);
}

function unsupported(variant: string): UnsupportedFeatureError {
  return new UnsupportedFeatureError('feature.unsupported', {
    component: 'This version of @mlxengine/models',
    feature: `the rope variant ${JSON.stringify(variant)}`,
    remedy: `Supported: ${Object.keys(variants).join(', ')}.`,
  });
}

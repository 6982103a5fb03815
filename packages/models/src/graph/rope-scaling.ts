import { UnsupportedFeatureError } from '@mlxengine/core';
import { describeJson } from '../json/describe-json.js';
import type { Bounds, ConfigReader } from '../config/config-reader.js';
import { mlxExp } from './mlx-exp.js';
import { variantOf } from './rope-init.js';
import type { RopeInit } from './rope-init.js';
import { llama3Table, longropeTable, proportionalTable } from './rope-tables.js';
import type { RopeTable } from './rope-tables.js';
import type { RopeSettings } from './rope-settings.js';
import { yarnTable } from './rope-yarn.js';

const factorBounds: Bounds = { minimum: 1e-6, maximum: 1e6 };
const defaultMaxPositions = 2048;

type Variant = (init: RopeInit, scaling: ConfigReader) => Partial<RopeSettings>;

const { fround } = Math;

/** Variants by the names that configs use. Source: mlx-lm `rope_utils.py`. */
const variants: Readonly<Record<string, Variant>> = {
  default: ({ base }) => ({ plain: { base, scale: 1 } }),
  linear: (init, scaling) => {
    const scale = 1 / scaling.number('factor', factorBounds);
    return { inverseFrequencies: plainFrequencies(init).map((frequency) => frequency * scale), plain: { base: init.base, scale } };
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
  const table = { rotaryDimensions, traditional, inverseFrequencies: plainFrequencies(init), amplitude: 1 };
  if (scaling === undefined) return { ...table, plain: { base: init.base, scale: 1 } };
  const name = variantOf(scaling);
  const variant = Object.hasOwn(variants, name) ? variants[name] : undefined;
  if (variant === undefined) throw unsupported(name);
  const settings = { ...table, ...variant(init, scaling) };
  const finite = settings.inverseFrequencies.length === rotaryDimensions / 2 && [settings.amplitude, ...settings.inverseFrequencies].every(Number.isFinite);
  if (!finite) throw scaling.invalid(scaling.has('type') ? 'type' : 'rope_type', `settings of ${name} that give finite angles`);
  return settings;
}

/** base ** (-i / pairs), by the steps in float32 that MLX takes: at far positions a frequency's last bit shows. */
function plainFrequencies({ dimensions, base }: RopeInit): readonly number[] {
  const pairs = dimensions / 2;
  const step = fround(fround(Math.log(fround(base))) / pairs);
  return Array.from({ length: pairs }, (_, pair) => mlxExp(fround(-pair * step)));
}

function fromTable(table: (init: RopeInit, scaling: ConfigReader) => RopeTable): Variant {
  return (init, scaling) => {
    const { periods, amplitude } = table(init, scaling);
    return { inverseFrequencies: periods.map((period) => fround(1 / period)), amplitude };
  };
}

/** The base grows with the sequence, from the length on that the model was trained with. */
function dynamic({ dimensions, base, maxPositionEmbeddings: maximum = defaultMaxPositions }: RopeInit, scaling: ConfigReader): Partial<RopeSettings> {
  if (dimensions < 4) throw scaling.invalid('type', `another variant for ${dimensions} rotary dimensions`);
  return { dynamic: { base, factor: scaling.number('factor', factorBounds), maximum } };
}

/** Of text, all three sections have the same position, which is plain rotation. */
function mrope({ base }: RopeInit, scaling: ConfigReader): Partial<RopeSettings> {
  const sections = scaling.raw('mrope_section');
  if (Array.isArray(sections) && sections.length === 3) return { plain: { base, scale: 1 } };
  throw scaling.invalid('mrope_section', `[integer, integer, integer] (found ${describeJson(sections)})`);
}

function unsupported(variant: string): UnsupportedFeatureError {
  return new UnsupportedFeatureError('feature.unsupported', {
    component: 'This version of @mlxengine/models',
    feature: `the rope variant ${JSON.stringify(variant)}`,
    remedy: `Supported: ${Object.keys(variants).join(', ')}.`,
  });
}

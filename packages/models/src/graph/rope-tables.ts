import type { Bounds, ConfigReader } from '../config/config-reader.js';
import type { RopeInit } from './rope-init.js';

/** A variant's rotation: positions a radian for each pair (∞: the pair stays), and the factor on what is rotated. */
export interface RopeTable {
  readonly periods: readonly number[];
  readonly amplitude: number;
}

const factorBounds: Bounds = { minimum: 1e-6, maximum: 1e6 };
const positionBounds: Bounds = { minimum: 1, maximum: 2 ** 31 - 1 };
const { fround } = Math;

/** Positions a radian without any scaling, base ** (2i / dimensions). */
export function ropePeriods({ dimensions, base }: Pick<RopeInit, 'dimensions' | 'base'>): readonly number[] {
  return Array.from({ length: dimensions / 2 }, (_, pair) => base ** ((2 * pair) / dimensions));
}

/** Long waves are stretched by `factor`, short ones kept, those between blended (Llama 3.1). */
export function llama3Table(init: RopeInit, scaling: ConfigReader): RopeTable {
  const factor = scaling.number('factor', factorBounds);
  const lowFactor = scaling.number('low_freq_factor', factorBounds, 1);
  const highFactor = scaling.number('high_freq_factor', factorBounds, 4);
  const context = scaling.number('original_max_position_embeddings', positionBounds, 8192);
  const periods = ropePeriods(init).map((exact) => {
    const period = fround(exact);
    const wavelength = fround(2 * Math.PI * period);
    if (wavelength > context / lowFactor) return fround(period * factor);
    if (wavelength <= context / highFactor || wavelength >= context / lowFactor) return period;
    const smooth = fround((context / wavelength - lowFactor) / (highFactor - lowFactor));
    return fround(period / ((1 - smooth) / factor + smooth));
  });
  return { periods, amplitude: 1 };
}

/** A factor for each pair; of the two lists, mlx-lm takes the one for long sequences always. */
export function longropeTable(init: RopeInit, scaling: ConfigReader): RopeTable {
  const { maxPositionEmbeddings = 131_072 } = init;
  const plain = ropePeriods(init);
  const original = scaling.number('original_max_position_embeddings', positionBounds);
  const factors = longFactors(scaling, plain.length);
  const growth = maxPositionEmbeddings / original;
  const amplitude = growth <= 1 ? 1 : Math.sqrt(1 + Math.log(growth) / Math.log(original));
  return { periods: plain.map((period, pair) => fround(fround(period) * fround(factors[pair] as number))), amplitude };
}

function longFactors(scaling: ConfigReader, pairs: number): readonly number[] {
  const value = scaling.raw('long_factor');
  const list = Array.isArray(value) ? value : Array.from({ length: pairs }, () => value);
  const fits = list.length === pairs && list.every((factor) => typeof factor === 'number' && factor >= 1e-6 && factor <= 1e6);
  if (!fits) throw scaling.invalid('long_factor', `number or [${pairs} × number] 1e-6 … 1e6`);
  return list as readonly number[];
}

/** Of a head's pairs only the first ones turn, at the pace of the whole head (Gemma 4). */
export function proportionalTable(init: RopeInit, scaling: ConfigReader): RopeTable {
  const rotated = Math.floor(init.dimensions * scaling.number('partial_rotary_factor', { minimum: 0, maximum: 1 }, 1));
  const factor = scaling.number('factor', factorBounds, 1);
  const turns = Math.ceil(rotated / 2);
  return { periods: ropePeriods(init).map((period, pair) => (pair < turns ? fround(factor * fround(period)) : Infinity)), amplitude: 1 };
}

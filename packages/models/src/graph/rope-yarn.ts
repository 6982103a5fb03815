import type { Bounds, ConfigReader } from '../config/config-reader.js';
import { variantOf } from './rope-init.js';
import type { RopeInit } from './rope-init.js';
import { ropePeriods } from './rope-tables.js';
import type { RopeTable } from './rope-tables.js';

const factorBounds: Bounds = { minimum: 1e-6, maximum: 1e6 };
const scaleBounds: Bounds = { minimum: 0, maximum: 1e6 };
const positionBounds: Bounds = { minimum: 1, maximum: 2 ** 31 - 1 };
const { fround } = Math;

/** Pairs that turn often keep their pace, slow ones are stretched by `factor`, between them a ramp (Peng et al. 2023). */
export function yarnTable(init: RopeInit, scaling: ConfigReader): RopeTable {
  const factor = scaling.number('factor', factorBounds);
  const [low, high] = rampOf(init, scaling);
  const periods = ropePeriods(init).map((exact, pair) => {
    const period = fround(exact);
    const stretched = fround(factor * period);
    const ramp = fround(Math.min(Math.max((pair - low) / (high - low), 0), 1));
    const kept = fround(1 - ramp);
    return fround(fround(stretched * period) / fround(fround(stretched * kept) + fround(period * (1 - kept))));
  });
  const amplitude = amplitudeOf(factor, scaling.number('mscale', scaleBounds, 1)) / amplitudeOf(factor, scaling.number('mscale_all_dim', scaleBounds, 0));
  return { periods, amplitude };
}

/** The pairs between which the ramp runs, by the turns that they make over the trained length. */
function rampOf({ dimensions, base }: RopeInit, scaling: ConfigReader): readonly [number, number] {
  const original = scaling.number('original_max_position_embeddings', positionBounds, 4096);
  const pairOf = (turns: number): number => (dimensions * Math.log(original / (turns * 2 * Math.PI))) / (2 * Math.log(base));
  const low = Math.max(Math.floor(pairOf(scaling.number('beta_fast', factorBounds, 32))), 0);
  const high = Math.min(Math.ceil(pairOf(scaling.number('beta_slow', factorBounds, 1))), dimensions - 1);
  // A ramp of no length would divide by zero.
  return low === high ? [low, high + 0.001] : [low, high];
}

function amplitudeOf(factor: number, scale: number): number {
  return factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1;
}

/**
 * Yarn's part in the scale of attention, `mscale_all_dim` on queries and on keys; the other part is the amplitude of
 * the rotation. Source: mlx-lm `apply_yarn_mscale`.
 */
export function applyYarnMscale(scale: number, scaling: ConfigReader | undefined): number {
  if (scaling === undefined || variantOf(scaling) === 'default') return scale;
  const all = scaling.number('mscale_all_dim', scaleBounds, 0);
  return all === 0 ? scale : scale * amplitudeOf(scaling.number('factor', factorBounds, 1), all) ** 2;
}

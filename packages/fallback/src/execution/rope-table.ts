import type { DynamicRope } from '@mlxengine/core/graph';
import type { RopeTable } from '../lowering/program.js';

/**
 * Writes cosines and sines of tokens' positions: for each `[2, pairs]`. Angles are products in float32, as MLX computes them.
 */
export function writeRopeTable(table: Omit<RopeTable, 'type'>, positions: readonly number[], floats: Float32Array, begin: number): void {
  const { inverseFrequencies, amplitude, dynamic } = table;
  const pairs = inverseFrequencies.length;
  positions.forEach((position, row) => {
    const offset = begin + row * 2 * pairs;
    const frequencies = dynamic === undefined ? inverseFrequencies : dynamicFrequencies(dynamic, pairs, position);
    frequencies.forEach((frequency, pair) => {
      const angle = Math.fround(position * Math.fround(frequency));
      floats[offset + pair] = Math.cos(angle) * amplitude;
      floats[offset + pairs + pair] = Math.sin(angle) * amplitude;
    });
  });
}

/** Frequencies at a position, see `DynamicRope`. */
function dynamicFrequencies({ base, factor, maximum }: DynamicRope, pairs: number, position: number): readonly number[] {
  const length = Math.max(position + 1, maximum);
  const grown = base * ((factor * length) / maximum - (factor - 1)) ** ((2 * pairs) / (2 * pairs - 2));
  return Array.from({ length: pairs }, (_, pair) => grown ** (-pair / pairs));
}

import type { RopeTable } from '../lowering/program.js';

/**
 * Writes cosines and sines of tokens' positions: for each `[2, pairs]`. Angles are products in float32, as MLX computes them.
 */
export function writeRopeTable(table: Omit<RopeTable, 'type'>, positions: readonly number[], floats: Float32Array, begin: number): void {
  const { inverseFrequencies, amplitude } = table;
  const pairs = inverseFrequencies.length;
  positions.forEach((position, row) => {
    const offset = begin + row * 2 * pairs;
    inverseFrequencies.forEach((frequency, pair) => {
      const angle = Math.fround(position * Math.fround(frequency));
      floats[offset + pair] = Math.cos(angle) * amplitude;
      floats[offset + pairs + pair] = Math.sin(angle) * amplitude;
    });
  });
}

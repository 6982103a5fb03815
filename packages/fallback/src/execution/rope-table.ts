import type { RopeTable } from '../lowering/program.js';

/**
 * Writes cosines and sines of the positions `start` to `start + rows`: for each `[2, pairs]`. Angles are products in
 * float32, as MLX computes them.
 */
export function writeRopeTable(table: RopeTable, start: number, rows: number, floats: Float32Array, begin: number): void {
  const { inverseFrequencies, amplitude } = table;
  const pairs = inverseFrequencies.length;
  for (let row = 0; row < rows; row++) {
    const offset = begin + row * 2 * pairs;
    inverseFrequencies.forEach((frequency, pair) => {
      const angle = Math.fround((start + row) * Math.fround(frequency));
      floats[offset + pair] = Math.cos(angle) * amplitude;
      floats[offset + pairs + pair] = Math.sin(angle) * amplitude;
    });
  }
}

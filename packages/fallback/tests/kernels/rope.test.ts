import { expect, test } from 'vitest';
import { writeRopeTable } from '../../src/execution/rope-table.js';
import { KernelMemory } from './kernel-memory.js';
import { Random } from './random.js';

test.each([[64, 64, false], [64, 64, true], [20, 12, false], [20, 12, true], [6, 2, false]] as const)(
  'rotates %i elements, %i of them, traditional: %s',
  async (dimensions, rotary, traditional) => {
    const memory = await KernelMemory.create();
    const [rows, heads, start, amplitude] = [3, 2, 1000, 1.25];
    const inverseFrequencies = Array.from({ length: rotary / 2 }, (_, pair) => 10_000 ** ((-2 * pair) / rotary));
    const table = new Float32Array(rows * rotary);
    writeRopeTable({ buffer: 0, inverseFrequencies, amplitude }, [start, start + 1, start + 2], table, 0);
    const x = new Random(dimensions).floats(rows * heads * dimensions);
    const y = memory.allocate(x.length * 4);
    const input = memory.floats(x);
    memory.kernels.rope(input, rows, heads, dimensions, rotary, traditional ? 1 : 0, memory.floats(table), y);
    const found = memory.read(y, x.length);
    for (let vector = 0; vector < rows * heads; vector++) {
      const position = start + Math.floor(vector / heads);
      const expected = [...x.subarray(vector * dimensions, (vector + 1) * dimensions)];
      inverseFrequencies.forEach((frequency, pair) => {
        const [first, second] = traditional ? [2 * pair, 2 * pair + 1] : [pair, pair + rotary / 2];
        const [a, b] = [expected[first] as number, expected[second] as number];
        const angle = Math.fround(position * Math.fround(frequency));
        expected[first] = (a * Math.cos(angle) - b * Math.sin(angle)) * amplitude;
        expected[second] = (a * Math.sin(angle) + b * Math.cos(angle)) * amplitude;
      });
      expected.forEach((value, index) => expect(found[vector * dimensions + index]).toBeCloseTo(value, 5));
    }
    memory.kernels.rope(input, rows, heads, dimensions, rotary, traditional ? 1 : 0, memory.floats(table), input);
    expect(memory.read(input, x.length)).toEqual(found);
  },
);

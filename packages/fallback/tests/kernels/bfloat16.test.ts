import { expect, test } from 'vitest';
import { floatModes } from '../../src/kernels/float-mode.js';
import { floatFormats } from '../../src/lowering/matrix.js';
import { floatMatrix } from './float-matrix.js';
import { KernelMemory } from './kernel-memory.js';
import { Random } from './random.js';
import { round } from './round.js';

test('numbers round to the nearest bfloat16, ties to the even one', async () => {
  const memory = await KernelMemory.create();
  const step = 2 ** -7;
  const y = memory.floats([1 + step / 2, 1 + (3 * step) / 2, 1 + step / 4, -1 - (3 * step) / 4, 3]);
  memory.kernels.roundBFloat16(y, 5);
  expect([...memory.read(y, 5)]).toEqual([1, 1 + 2 * step, 1, -1 - step, 3]);
});

test.each(['mxfp4', 'nvfp4', 'mxfp8'] as const)('a linear on %s rounds each step of its sums', async (mode) => {
  const memory = await KernelMemory.create();
  const random = new Random(21);
  const [rows, outputs, columns] = [3, 7, 96];
  const { groupSize } = floatFormats[mode];
  const { packed, scales, dense } = floatMatrix(random, mode, outputs, columns);
  const x = random.floats(rows * columns).map(round);
  const y = memory.allocate(rows * outputs * 4 + 16);
  const [input, weight, scalesAt] = [memory.floats(x), memory.bytes(packed), memory.bytes(scales)];
  for (const end of [outputs, 4]) {
    memory.kernels.linearBFloat16(floatModes[mode], input, rows, columns, weight, scalesAt, 0, y, outputs, 0, end);
    memory.kernels.linearBFloat16(floatModes[mode], input, rows, columns, weight, scalesAt, 0, y, outputs, end, outputs);
    memory.read(y, rows * outputs).forEach((value, index) => {
      const [row, output] = [Math.floor(index / outputs), index % outputs];
      let sum = 0;
      for (let begin = 0; begin < columns; begin += groupSize) {
        const scale = scaleValue(mode, scales[(output * columns + begin) / groupSize] as number);
        let group = 0;
        for (let column = begin; column < begin + groupSize; column++) {
          const weightBefore = scale === 0 ? 0 : (dense[output * columns + column] as number) / scale;
          group = round(group + round((x[row * columns + column] as number) * weightBefore));
        }
        sum = round(sum + round(scale * group));
      }
      expect(value).toBe(sum);
    });
  }
});

test.each([[12, 12, false], [12, 8, true], [20, 12, false]] as const)(
  'a rope of %i elements, %i of them, traditional: %s, rounds cosines, sines and products', async (dimensions, rotary, traditional) => {
    const memory = await KernelMemory.create();
    const random = new Random(dimensions);
    const [rows, heads, half] = [3, 2, rotary / 2];
    const table = random.floats(rows * rotary);
    const x = random.floats(rows * heads * dimensions).map(round);
    const y = memory.allocate(x.length * 4);
    memory.kernels.ropeBFloat16(memory.floats(x), rows, heads, dimensions, rotary, traditional ? 1 : 0, 1.3, memory.floats(table), y);
    const expected = [...x];
    for (let vector = 0; vector < rows * heads; vector++) {
      for (let pair = 0; pair < half; pair++) {
        const [first, second] = (traditional ? [2 * pair, 2 * pair + 1] : [pair, pair + half]).map((element) => vector * dimensions + element) as [number, number];
        const row = Math.floor(vector / heads) * rotary;
        const [cosine, sine] = [round(table[row + pair] as number), round(table[row + half + pair] as number)];
        const [a, b] = [round(round(1.3) * (x[first] as number)), round(round(1.3) * (x[second] as number))];
        expected[first] = round(round(a * cosine) - round(b * sine));
        expected[second] = round(round(a * sine) + round(b * cosine));
      }
    }
    expect([...memory.read(y, x.length)]).toEqual(expected);
  },
);

function scaleValue(mode: keyof typeof floatFormats, byte: number): number {
  if (mode !== 'nvfp4') return 2 ** (byte - 127);
  const [exponent, mantissa] = [(byte >> 3) & 15, byte & 7];
  return exponent === 0 ? mantissa * 2 ** -9 : (1 + mantissa / 8) * 2 ** (exponent - 7);
}

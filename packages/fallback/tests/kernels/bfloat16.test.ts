import { expect, test } from 'vitest';
import { floatModes } from '../../src/kernels/float-mode.js';
import { floatFormats } from '../../src/lowering/matrix.js';
import { floatMatrix } from './float-matrix.js';
import { KernelMemory } from './kernel-memory.js';
import { Random } from './random.js';

/** To bfloat16, to nearest and ties to even. */
function round(value: number): number {
  const floats = Float32Array.of(value);
  const words = new Uint32Array(floats.buffer);
  const word = words[0] as number;
  words[0] = Math.floor((word + 0x7fff + ((word >>> 16) & 1)) / 0x10000) * 0x10000;
  return floats[0] as number;
}

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

function scaleValue(mode: keyof typeof floatFormats, byte: number): number {
  if (mode !== 'nvfp4') return 2 ** (byte - 127);
  const [exponent, mantissa] = [(byte >> 3) & 15, byte & 7];
  return exponent === 0 ? mantissa * 2 ** -9 : (1 + mantissa / 8) * 2 ** (exponent - 7);
}

import type { RopeOperation } from '@mlxengine/core/graph';
import { round } from '../bfloat16.js';
import { chunksOf, product, rowOf, type Tensor } from '../tensor.js';
import type { Implementations } from '../operation-run.js';

/** What depends on the position alone. */
export const positions: Implementations<'rope' | 'positionScale'> = {
  rope(operation, { value, step, isRounded }) {
    const rounding = isRounded(operation.output) ? round : undefined;
    const tensor = value(operation.input);
    const output: Tensor = { ...tensor, data: tensor.data.slice() };
    step.positions.forEach((position, row) => {
      for (const head of chunksOf(rowOf(output, row), tensor.dimensions.at(-1) as number)) rotate(head, operation, position, rounding);
    });
    return output;
  },
  positionScale({ input, beta, length }, { value, step }) {
    const tensor = value(input);
    const size = product(tensor.dimensions);
    const factors = step.positions.map((position) => 1 + beta * Math.log(1 + Math.floor(position / length)));
    return { ...tensor, data: tensor.data.map((x, index) => x * (factors[Math.floor(index / size)] as number)) };
  },
};

/** @param rounding - of each step of what is in bfloat16, whose angles are float32: a rounding shows which they are */
function rotate(head: Float32Array, operation: RopeOperation, position: number, rounding: ((x: number) => number) | undefined): void {
  const { rotaryDimensions, traditional } = operation;
  const settle = rounding ?? ((x: number): number => x);
  const amplitude = settle(operation.amplitude);
  const half = rotaryDimensions / 2;
  for (let pair = 0; pair < half; pair++) {
    const [first, second] = traditional ? [2 * pair, 2 * pair + 1] : [pair, pair + half];
    const turns = frequency(operation, pair, position);
    const angle = rounding === undefined ? position * turns : Math.fround(position * Math.fround(turns));
    const [cosine, sine] = [settle(Math.cos(angle)), settle(Math.sin(angle))];
    const [x, y] = [settle(amplitude * (head[first] as number)), settle(amplitude * (head[second] as number))];
    head[first] = settle(x * cosine) - settle(y * sine);
    head[second] = settle(x * sine) + settle(y * cosine);
  }
}

function frequency({ dynamic, inverseFrequencies, rotaryDimensions }: RopeOperation, pair: number, position: number): number {
  if (dynamic === undefined) return inverseFrequencies[pair] as number;
  const { base, factor, maximum } = dynamic;
  const half = rotaryDimensions / 2;
  const growth = (factor * Math.max(position + 1, maximum)) / maximum - (factor - 1);
  return (base * growth ** ((2 * half) / (2 * half - 2))) ** (-pair / half);
}

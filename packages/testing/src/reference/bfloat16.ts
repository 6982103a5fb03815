import { fromBfloat16, toBfloat16 } from '../tiny-model/float-formats.js';
import type { GroupedFloats } from '../tiny-model/float-quantization.js';
import { zerosLike, vectorsOf, type Tensor } from './tensor.js';

/** The nearest bfloat16, ties to even. */
export function round(value: number): number {
  return fromBfloat16(toBfloat16(value));
}

/** Every element rounded to bfloat16. */
export function roundTensor(tensor: Tensor): Tensor {
  return { ...tensor, data: tensor.data.map(round) };
}

/** `x · Wᵀ` on quantized floats, with each step of the sums rounded to bfloat16: see `GraphValue.precision`. */
export function multiplyRounded(input: Tensor, { values, scales, groupSize, factor }: GroupedFloats): Tensor {
  const columns = input.dimensions.at(-1) as number;
  const outputs = values.length / columns;
  const groups = columns / groupSize;
  const output = zerosLike(input, [...input.dimensions.slice(0, -1), outputs]);
  vectorsOf(input).forEach((vector, row) => {
    for (let index = 0; index < outputs; index++) {
      let sum = 0;
      for (let group = 0; group < groups; group++) {
        let part = 0;
        for (let column = group * groupSize; column < (group + 1) * groupSize; column++) {
          part = round(part + round((vector[column] as number) * (values[index * columns + column] as number)));
        }
        sum = round(sum + round((scales[index * groups + group] as number) * part));
      }
      output.data[row * outputs + index] = round(factor * sum);
    }
  });
  return output;
}

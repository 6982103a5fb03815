import { chunksOf, multiplyMatrix, rowOf, zerosLike } from '../tensor.js';
import type { Implementations } from '../operation-run.js';
import { weightedSum } from './token-states.js';

/** What the chosen experts do. */
export const experts: Implementations<'expertLinear' | 'combine'> = {
  expertLinear({ input, indices, weight: path }, { value, weight }) {
    const { data, shape: [, rows = 0, columns = 0], bias } = weight(path);
    const [tensor, chosen] = [value(input), value(indices)];
    const matrices = chunksOf(data, rows * columns);
    const output = zerosLike(tensor, [...chosen.dimensions, rows]);
    for (let row = 0; row < tensor.rows; row++) {
      const vectors = chunksOf(rowOf(tensor, row), columns);
      rowOf(chosen, row).forEach((expert, index) => {
        const vector = vectors[vectors.length === 1 ? 0 : index] as Float32Array;
        const answer = multiplyMatrix(matrices[expert] as Float32Array, vector, bias?.subarray(expert * rows, (expert + 1) * rows));
        rowOf(output, row).set(answer, index * rows);
      });
    }
    return output;
  },
  combine({ input, weights }, { value }) {
    const [answers, shares] = [value(input), value(weights)];
    const size = answers.dimensions.at(-1) as number;
    const output = zerosLike(answers, [size]);
    for (let row = 0; row < answers.rows; row++) {
      rowOf(output, row).set(weightedSum(rowOf(shares, row), chunksOf(rowOf(answers, row), size), size));
    }
    return output;
  },
};

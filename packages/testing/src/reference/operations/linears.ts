import { chunksOf, dot, mapVectors, multiplyMatrix, rowOf, zerosLike } from '../tensor.js';
import { multiplyRounded } from '../bfloat16.js';
import type { Implementations } from '../operation-run.js';

/** Products with matrices. */
export const linears: Implementations<'linear' | 'headLinear' | 'matmul'> = {
  linear({ input, weight: path, output }, { value, weight, isRounded }) {
    const { data, shape: [rows = 0], bias, floats } = weight(path);
    if (floats !== undefined && isRounded(output)) return multiplyRounded(value(input), floats);
    return mapVectors(value(input), rows, (vector) => multiplyMatrix(data, vector, bias));
  },
  headLinear({ input, weight: path }, { value, weight }) {
    const stack = weight(path);
    const [heads = 0, rows = 0, columns = 0] = stack.shape;
    const matrices = chunksOf(stack.data, rows * columns);
    const tensor = value(input);
    const output = zerosLike(tensor, [heads, rows]);
    chunksOf(tensor.data, columns).forEach((vector, index) => {
      const head = index % heads;
      output.data.set(multiplyMatrix(matrices[head] as Float32Array, vector, stack.bias?.subarray(head * rows, (head + 1) * rows)), index * rows);
    });
    return output;
  },
  matmul({ left: leftId, right: rightId }, { value }) {
    const [left, right] = [value(leftId), value(rightId)];
    const [rows = 0, inner = 0] = left.dimensions;
    const [, columns = 0] = right.dimensions;
    const output = zerosLike(left, [rows, columns]);
    for (let row = 0; row < left.rows; row++) {
      const vectors = chunksOf(rowOf(right, row), columns);
      const target = rowOf(output, row);
      chunksOf(rowOf(left, row), inner).forEach((vector, index) => {
        for (let column = 0; column < columns; column++) target[index * columns + column] = dot(vector, vectors.map((other) => other[column] as number));
      });
    }
    return output;
  },
};

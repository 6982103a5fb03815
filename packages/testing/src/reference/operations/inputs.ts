import { GraphError } from '@mlxengine/core';
import { rowOf, zerosLike, type Tensor } from '../tensor.js';
import type { Implementations } from '../operation-run.js';

/** What a step is about. */
export const inputs: Implementations<'tokens' | 'positions' | 'tokenTypes' | 'parameter' | 'embedding' | 'selectRows'> = {
  tokens: (_, { step }) => ids(step.tokens),
  positions: ({ offset }, { step }) => ids(step.positions.map((position) => position + offset)),
  tokenTypes: (_, { step }) => ids(step.tokenTypes),
  parameter({ weight: path }, { weight }) {
    const { shape, data } = weight(path);
    return { leading: 'none', rows: 1, dimensions: shape, data };
  },
  embedding({ input, weight: path, limit = Infinity }, { value, weight }) {
    const { data, shape: [rows = 0, size = 0] } = weight(path);
    const chosen = value(input);
    const output = zerosLike(chosen, [size]);
    chosen.data.forEach((id, index) => {
      const row = id >= limit ? 0 : id;
      if (row < 0 || row >= rows) throw new GraphError('graph.shape-mismatch', { operation: 'embedding', detail: path, expected: `an id below ${rows}`, found: String(id) });
      output.data.set(data.subarray(row * size, (row + 1) * size), index * size);
    });
    return output;
  },
  selectRows({ input }, { value, step }) {
    const tensor = value(input);
    const output = zerosLike({ leading: 'rows', rows: step.rows.length }, tensor.dimensions);
    step.rows.forEach((row, index) => rowOf(output, index).set(rowOf(tensor, row)));
    return output;
  },
};

function ids(values: readonly number[]): Tensor {
  return { leading: 'tokens', rows: values.length, dimensions: [], data: Float32Array.from(values) };
}

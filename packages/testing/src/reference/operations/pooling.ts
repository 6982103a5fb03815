import type { PoolMode } from '@mlxengine/core/graph';
import { rowOf, zerosLike } from '../tensor.js';
import type { Implementations } from '../operation-run.js';

const modes: Readonly<Record<PoolMode, (column: Float64Array) => number>> = {
  mean: (column) => column.reduce((a, b) => a + b, 0) / column.length,
  max: (column) => Math.max(...column),
  first: (column) => column[0] as number,
  last: (column) => column.at(-1) as number,
};

/** One vector a sequence. */
export const pooling: Implementations<'pool'> = {
  pool({ input, mode }, { value, step }) {
    const tensor = value(input);
    const output = zerosLike({ leading: 'sequences', rows: step.parts.length }, tensor.dimensions);
    step.parts.forEach(({ start, count }, sequence) => {
      const vectors = Array.from({ length: count }, (_, index) => rowOf(tensor, start + index));
      rowOf(output, sequence).forEach((_, element, target) => {
        target[element] = modes[mode](Float64Array.from(vectors, (vector) => vector[element] as number));
      });
    });
    return output;
  },
};

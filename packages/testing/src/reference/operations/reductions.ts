import type { ReduceFunction } from '@mlxengine/core/graph';
import { mapVectors, softmax } from '../tensor.js';
import type { Implementations } from '../operation-run.js';

const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);
const mean = (values: Float64Array): number => sum(values) / values.length;

const functions: Readonly<Record<ReduceFunction, (values: Float64Array) => number>> = {
  sum,
  mean,
  max: (values) => Math.max(...values),
  deviation(values) {
    const middle = mean(values);
    return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
  },
};

/** Over the last dimension. */
export const reductions: Implementations<'reduce' | 'softmax'> = {
  reduce: (operation, { value }) => mapVectors(value(operation.input), 1, (vector) => [functions[operation.function](Float64Array.from(vector))]),
  softmax({ input }, { value }) {
    const tensor = value(input);
    return mapVectors(tensor, tensor.dimensions.at(-1) as number, softmax);
  },
};

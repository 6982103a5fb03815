import type { AttentionOperation, RmsNormOperation, RopeOperation } from '@mlxengine/core/graph';
import { dot, rowOf, zeros, type Matrix } from './matrix.js';

/** Keys and values of one attention: one row a token, `[heads · dimension]`. */
export interface KVCache {
  readonly keys: Float32Array[];
  readonly values: Float32Array[];
}

/** `x / sqrt(mean(x²) + epsilon) · w` by rows. */
export function rmsNorm(input: Matrix, weight: Float32Array, { epsilon }: RmsNormOperation): Matrix {
  const output = zeros(input.rows, input.columns);
  for (let row = 0; row < input.rows; row++) {
    const vector = rowOf(input, row);
    const factor = 1 / Math.sqrt(dot(vector, 0, vector, 0, vector.length) / vector.length + epsilon);
    rowOf(output, row).set(vector.map((value, index) => value * factor * (weight[index] as number)));
  }
  return output;
}

/** Rotates the pairs of every head by the token's position. */
export function rope(input: Matrix, headDimension: number, operation: RopeOperation, firstPosition: number): Matrix {
  const output: Matrix = { ...input, data: input.data.slice() };
  for (let row = 0; row < input.rows; row++) {
    const vector = rowOf(output, row);
    for (let start = 0; start < vector.length; start += headDimension) {
      rotateHead(vector.subarray(start, start + headDimension), operation, firstPosition + row);
    }
  }
  return output;
}

function rotateHead(head: Float32Array, operation: RopeOperation, position: number): void {
  const { rotaryDimensions, traditional, inverseFrequencies, amplitude } = operation;
  const half = rotaryDimensions / 2;
  for (let pair = 0; pair < half; pair++) {
    const [first, second] = traditional ? [2 * pair, 2 * pair + 1] : [pair, pair + half];
    const angle = position * (inverseFrequencies[pair] as number);
    const [x, y] = [head[first] as number, head[second] as number];
    head[first] = amplitude * (x * Math.cos(angle) - y * Math.sin(angle));
    head[second] = amplitude * (x * Math.sin(angle) + y * Math.cos(angle));
  }
}

/** Adds the step's keys and values to the cache and lets each query see those up to its own. */
export function attention(
  queries: Matrix,
  keys: Matrix,
  values: Matrix,
  heads: { readonly query: number; readonly keyValue: number },
  { scale }: AttentionOperation,
  cache: KVCache,
): Matrix {
  const keyDimension = queries.columns / heads.query;
  const valueDimension = values.columns / heads.keyValue;
  const output = zeros(queries.rows, heads.query * valueDimension);
  for (let row = 0; row < queries.rows; row++) {
    cache.keys.push(rowOf(keys, row).slice());
    cache.values.push(rowOf(values, row).slice());
    for (let head = 0; head < heads.query; head++) {
      const group = Math.floor((head * heads.keyValue) / heads.query);
      const start = row * queries.columns + head * keyDimension;
      const shares = softmax(cache.keys.map((key) => scale * dot(queries.data, start, key, group * keyDimension, keyDimension)));
      const target = rowOf(output, row).subarray(head * valueDimension, (head + 1) * valueDimension);
      addShares(target, shares, cache.values, group * valueDimension);
    }
  }
  return output;
}

function addShares(target: Float32Array, shares: readonly number[], values: readonly Float32Array[], offset: number): void {
  const sums = new Float64Array(target.length);
  for (const [token, value] of values.entries()) {
    const share = shares[token] as number;
    for (let element = 0; element < sums.length; element++) sums[element] = (sums[element] as number) + share * (value[offset + element] as number);
  }
  target.set(sums);
}

function softmax(scores: readonly number[]): number[] {
  const largest = scores.reduce((a, b) => Math.max(a, b));
  const powers = scores.map((score) => Math.exp(score - largest));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

import type { WeightSource } from '@mlxengine/core';
import type { ModelGraph } from '@mlxengine/core/graph';
import { createMemoryWeights } from '@mlxengine/testing';

/** Tokens of {@link tableModel}. */
export const vocabularySize = 1000;

/**
 * Logits after each token, `[vocabularySize, vocabularySize]`, as sampler_reference.py makes them: of sixteenths, so that many are
 * equal, as in bfloat16.
 */
export function tableOf(size: number): Float32Array {
  const table = new Float32Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) table[row * size + column] = logit(row, column);
  }
  return table;
}

function logit(row: number, column: number): number {
  let h = (Math.imul(row, 2654435761) + Math.imul(column, 2246822519) + 374761393) >>> 0;
  h = Math.imul(h ^ (h >>> 15), 2246822519) >>> 0;
  let x = ((h ^ (h >>> 13)) >>> 0) / 2 ** 32;
  x *= x;
  x *= x;
  return Math.floor(x * x * x * 160) / 16 - 2;
}

/** A model whose logits after a token are a row of a table, so that what is tested is the sampler alone. */
export function tableModel(): { readonly graph: ModelGraph; readonly weights: WeightSource } {
  const shape = [vocabularySize, vocabularySize];
  const graph: ModelGraph = {
    specificationVersion: 'v1',
    architecture: 'table',
    values: [
      { leading: 'tokens', dimensions: [], dtype: 'int32' },
      { leading: 'tokens', dimensions: [vocabularySize], dtype: 'float' },
      { leading: 'rows', dimensions: [vocabularySize], dtype: 'float' },
    ],
    operations: [
      { type: 'tokens', output: 0 },
      { type: 'embedding', input: 0, weight: 'table', output: 1 },
      { type: 'selectRows', input: 1, output: 2 },
    ],
    states: [],
    weights: [{ path: 'table', kind: 'matrix', shape, bias: false }],
    outputs: { logits: 2 },
    vocabularySize,
    contextLength: 4096,
  };
  const bytes = new Uint8Array(tableOf(vocabularySize).buffer);
  return { graph, weights: createMemoryWeights([{ name: 'table.weight', dtype: 'F32', shape, bytes }]) };
}

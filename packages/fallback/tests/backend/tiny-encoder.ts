import type { ModelGraph } from '@mlxengine/core/graph';
import { createMemoryWeights, type TinyModel } from '@mlxengine/testing';
import { Random } from '../kernels/random.js';

const [vocabulary, heads, size] = [96, 2, 16];

/** One layer of attention in both directions, and the mean of a sequence. */
export function tinyEncoder(contextLength: number): TinyModel {
  const width = heads * size;
  const tokens = { leading: 'tokens', dtype: 'float' } as const;
  const graph: ModelGraph = {
    specificationVersion: 'v1',
    architecture: 'tiny-encoder',
    values: [
      { leading: 'tokens', dimensions: [], dtype: 'int32' },
      { ...tokens, dimensions: [width] },
      { ...tokens, dimensions: [heads, size] },
      { ...tokens, dimensions: [heads, size] },
      { ...tokens, dimensions: [width] },
      { leading: 'sequences', dimensions: [width], dtype: 'float' },
    ],
    operations: [
      { type: 'tokens', output: 0 },
      { type: 'embedding', input: 0, weight: 'embed', output: 1 },
      { type: 'reshape', input: 1, dimensions: [heads, size], output: 2 },
      { type: 'attention', queries: 2, keys: 2, values: 2, scale: 1, causal: false, window: 200, output: 3 },
      { type: 'reshape', input: 3, dimensions: [width], output: 4 },
      { type: 'pool', mode: 'mean', input: 4, output: 5 },
    ],
    states: [],
    weights: [{ path: 'embed', kind: 'matrix', shape: [vocabulary, width], bias: false }],
    outputs: { pooled: 5, hidden: 4 },
    vocabularySize: vocabulary,
    contextLength,
  };
  const bytes = new Uint8Array(new Random(1).floats(vocabulary * width).buffer);
  return { graph, weights: createMemoryWeights([{ name: 'embed.weight', dtype: 'F32', shape: [vocabulary, width], bytes }]) };
}

import type { ModelGraph } from '@mlxengine/core/graph';
import { expect, test } from 'vitest';
import { extendContext } from './extend-context.js';

const graph: ModelGraph = {
  specificationVersion: 'v1', architecture: 'tiny', values: [], operations: [{ type: 'tokens', output: 0 }], states: [], weights: [], outputs: {},
  vocabularySize: 8, contextLength: 4,
};

test('the context grows with the tokens, but not beyond a table of positions', () => {
  expect(extendContext(graph, 9).contextLength).toBe(9);
  expect(extendContext(graph, 3)).toBe(graph);
  const learned: ModelGraph = { ...graph, operations: [...graph.operations, { type: 'positions', offset: 0, output: 1 }] };
  expect(extendContext(learned, 9)).toBe(learned);
});

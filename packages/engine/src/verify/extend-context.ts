import type { ModelGraph } from '@mlxengine/core/graph';

/** Other implementations run beyond the length that a model was made for; only a learned table of positions ends there. */
export function extendContext(graph: ModelGraph, tokens: number): ModelGraph {
  if (tokens <= graph.contextLength || graph.operations.some(({ type }) => type === 'positions')) return graph;
  return { ...graph, contextLength: tokens };
}

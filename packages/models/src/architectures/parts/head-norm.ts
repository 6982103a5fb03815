import type { GraphBuilder } from '../../graph/graph-builder.js';
import type { HeadChange } from './attention.js';

/** A norm with a mean and no bias whose weight `[heads, D]` is each head's own; `path` gives the weight's by the norm's name. */
export function headNorm(graph: GraphBuilder, { epsilon }: { readonly epsilon: number }, path: (name: 'q_norm' | 'k_norm') => string): HeadChange {
  return (value, name) => graph.multiply(graph.layerNorm(value, undefined, { epsilon }), graph.parameter(`${path(name)}.weight`, graph.dimensionsOf(value)));
}

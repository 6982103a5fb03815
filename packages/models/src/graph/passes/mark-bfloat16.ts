import type { Quantization } from '@mlxengine/core';
import { operationInputs } from '@mlxengine/core/graph';
import type { GraphOperation, GraphValue, ModelGraph, ValueId } from '@mlxengine/core/graph';

/**
 * Marks the values that MLX keeps in bfloat16 in a float32 model: an embedding of quantized floats gives bfloat16, which lasts
 * until a float32 weight comes in. Without that a model whose first linears read the embedding itself (OLMo 2) differs from
 * mlx-lm's by a hundredth.
 * @param quantizations - by weight path
 */
export function markBFloat16(graph: ModelGraph, quantizations: ReadonlyMap<string, Quantization>): ModelGraph {
  const isFloatMode = (path: string): boolean => (quantizations.get(path)?.mode ?? 'affine') !== 'affine';
  const embeds = graph.operations.some((operation) => operation.type === 'embedding' && isFloatMode(operation.weight));
  if (!embeds) return graph;
  const biased = new Set(graph.weights.filter(({ bias }) => bias).map(({ path }) => path));
  const marked = new Set<ValueId>();
  for (const operation of graph.operations) {
    if (keepsBFloat16(operation, marked, isFloatMode, biased)) marked.add(operation.output);
  }
  const values = graph.values.map((value, id): GraphValue => (marked.has(id) ? { ...value, precision: 'bfloat16' } : value));
  return { ...graph, values };
}

/** Whether all that an operation computes with is bfloat16. */
function keepsBFloat16(
  operation: GraphOperation, marked: ReadonlySet<ValueId>, isFloatMode: (path: string) => boolean, biased: ReadonlySet<string>,
): boolean {
  if (operation.type === 'embedding') return isFloatMode(operation.weight);
  const inputs = operationInputs(operation);
  if (inputs.length === 0 || !inputs.every((id) => marked.has(id))) return false;
  switch (operation.type) {
    case 'linear': return isFloatMode(operation.weight) && !biased.has(operation.weight);
    case 'rmsNorm': case 'layerNorm': return operation.weight === undefined;
    case 'attention': return operation.sinks === undefined;
    case 'rope': case 'unary': case 'binary': case 'scale': case 'clip': case 'gated': case 'l2Norm': case 'positionScale':
    case 'reshape': case 'slice': case 'concat': case 'transpose': case 'broadcast': case 'selectRows': return true;
    // The others bring float32 of their own, or meet no model that is kept so.
    default: return false;
  }
}

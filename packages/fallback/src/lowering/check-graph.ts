import { UnsupportedFeatureError } from '@mlxengine/core';
import type { GraphOperation, ModelGraph } from '@mlxengine/core/graph';
import { supports } from '../supports.js';

/** @throws `UnsupportedFeatureError` for the first thing in a graph that the kernels cannot do */
export function checkGraph(graph: ModelGraph): void {
  if (graph.specificationVersion !== 'v1') throw unsupported(`graphs of version "${String(graph.specificationVersion)}"`);
  for (const operation of graph.operations) checkOperation(operation);
}

function checkOperation(operation: GraphOperation): void {
  if (!supports.operations.includes(operation.type)) throw unsupported(`the operation "${operation.type}"`);
}

/** The error for something that this backend cannot do with a model. */
export function unsupported(feature: string): UnsupportedFeatureError {
  return new UnsupportedFeatureError('feature.unsupported', {
    component: 'The fallback backend',
    feature,
    remedy: 'Use another backend or another model.',
  });
}

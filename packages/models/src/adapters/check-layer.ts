import { CheckpointError } from '@mlxengine/core';
import type { GraphOperation, ModelGraph, WeightDeclaration } from '@mlxengine/core/graph';
import { formatShape } from '../tensors/dtype.js';
import { shapeOf } from './adapter-layer.js';
import type { PlacedLayer } from './adapter-layer.js';
import { unsupportedAdapter } from './unsupported-adapter.js';

/** The operations that use each weight, by path. */
export type WeightUses = ReadonlyMap<string, ReadonlySet<GraphOperation['type']>>;

/** Which operations use a graph's weights. */
export function weightUses(graph: ModelGraph): WeightUses {
  const uses = new Map<string, Set<GraphOperation['type']>>();
  for (const operation of graph.operations) {
    for (const key of ['weight', 'keyWeight', 'valueWeight'] as const) {
      const path = (operation as unknown as Readonly<Record<string, unknown>>)[key];
      if (typeof path === 'string') uses.set(path, (uses.get(path) ?? new Set()).add(operation.type));
    }
  }
  return uses;
}

const adaptable: ReadonlySet<GraphOperation['type']> = new Set(['linear', 'embedding', 'expertLinear']);

/**
 * Checks that a layer of an adapter fits the weight that it changes.
 * @throws `CheckpointError`, `UnsupportedFeatureError` that name the layer
 */
export function checkLayer(layer: PlacedLayer, { kind, shape }: WeightDeclaration, uses: ReadonlySet<GraphOperation['type']>, source: string): void {
  const other = [...uses].find((type) => !adaptable.has(type));
  const isKnown = (kind === 'matrix' || kind === 'stack') && other === undefined;
  if (!isKnown) throw unsupportedAdapter(source, `a change of ${layer.name}, ${other === undefined ? `a ${kind}` : `which the operation ${other} uses`}`, 'Merge it into the model.');
  if (layer.embeddingOnly && uses.has('linear')) {
    throw unsupportedAdapter(source, `a change of the embedding ${layer.name} alone, which is the head, too`, 'Merge it into the model.');
  }
  const leading = kind === 'stack' ? shape.slice(0, 1) : [];
  const [rows = 0, columns = 0] = shape.slice(-2);
  const rank = shapeOf(layer.down).at(-2) ?? 0;
  expectShape(layer, 'down', shapeOf(layer.down), [...leading, rank, columns], source);
  expectShape(layer, 'up', shapeOf(layer.up), [...leading, rows, rank], source);
  if (layer.magnitude !== undefined) expectShape(layer, 'magnitude', layer.magnitude.shape, [rows], source);
}

function expectShape({ name }: PlacedLayer, part: string, found: readonly number[], expected: readonly number[], source: string): void {
  if (formatShape(found) === formatShape(expected)) return;
  throw new CheckpointError('checkpoint.adapter-shape', { source, tensor: `${part} of ${name}`, found: formatShape(found), expected: formatShape(expected) });
}

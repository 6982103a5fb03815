import { CheckpointError } from '@mlxengine/core';
import type { WeightDeclaration } from '@mlxengine/core/graph';
import { bytesPerElement, product } from '../tensors/dtype.js';
import { CheckpointTensors } from '../sanitize/checkpoint-tensors.js';
import { SymbolicTensor } from '../sanitize/symbolic-tensor.js';
import type { SymbolicTensorData } from '../sanitize/tensor-expression.js';
import { shapeOf, straight } from './adapter-layer.js';
import type { AdapterLayer, PlacedLayer } from './adapter-layer.js';
import { followRewrite } from './follow-rewrite.js';
import type { Factors } from './follow-rewrite.js';

/** Where layers are to be placed. */
export interface PlaceContext {
  /** Name of the adapter, for messages. */
  readonly source: string;
  readonly architecture: string;
  /** The graph's weights by path. */
  readonly weights: ReadonlyMap<string, WeightDeclaration>;
  /** What the model's family does to a checkpoint's tensors. */
  readonly sanitize: (tensors: CheckpointTensors) => void;
}

/**
 * Gives each layer of an adapter the graph's path. Where the graph has no weight of that name, the family's own rewrites are followed, which
 * rename layers, split them, and stack experts.
 * @throws `CheckpointError` that names a layer which has no place
 */
export function placeLayers(layers: readonly AdapterLayer[], context: PlaceContext): readonly PlacedLayer[] {
  const direct = layers.filter(({ name }) => context.weights.has(name));
  const placed = [...direct.map((layer) => ({ ...layer, path: layer.name })), ...follow(layers.filter(({ name }) => !context.weights.has(name)), context)];
  const paths = new Set<string>();
  for (const { path, name } of placed) {
    if (paths.has(path)) throw misplaced(name, context);
    paths.add(path);
  }
  return placed;
}

function follow(layers: readonly AdapterLayer[], context: PlaceContext): readonly PlacedLayer[] {
  const [first] = layers;
  if (first === undefined) return [];
  const byTensor = new Map(layers.map((layer) => [`${layer.name}.weight`, layer]));
  const table = new CheckpointTensors(new Map([...byTensor].map(([name, layer]) => [name, changeOf(name, layer)])));
  try {
    context.sanitize(table);
  } catch (cause) {
    throw misplaced(first.name, context, cause);
  }
  const used = new Set<string>();
  const placed = table.entries().flatMap(([name, tensor]) => {
    const path = name.replace(/\.weight$/, '');
    const sources = sourcesOf(tensor).map((source) => byTensor.get(source) as AdapterLayer);
    const [layer] = sources;
    if (layer === undefined || !context.weights.has(path)) return [];
    // One scale is for all, and what DoRA divides by is a row of one weight.
    const isOne = sources.every(({ scale, magnitude }) => scale === layer.scale && magnitude === undefined) || tensor.expression.type === 'source';
    const factors = isOne ? followRewrite(tensor, (source) => factorsOf(byTensor.get(source))) : undefined;
    if (factors === undefined) throw misplaced(layer.name, context);
    for (const { name: source } of sources) used.add(source);
    const { scale, magnitude, embeddingOnly } = layer;
    const { down, up } = factors;
    return [{
      name: layer.name, path, scale, embeddingOnly,
      down: { tensor: down, transposed: false }, up: { tensor: up, transposed: false }, ...(magnitude && { magnitude }),
    }];
  });
  const lost = layers.find(({ name }) => !used.has(name));
  if (lost !== undefined) throw misplaced(lost.name, context);
  return placed;
}

/** A weight of the shape that the layer changes, which is never read. */
function changeOf(name: string, layer: AdapterLayer): SymbolicTensor {
  const [rows = 0] = shapeOf(layer.up).slice(-2);
  const columns = shapeOf(layer.down).at(-1) ?? 0;
  const shape = [...shapeOf(layer.up).slice(0, -2), ...(layer.inputsFirst ? [columns, rows] : [rows, columns])];
  const byteLength = product(shape) * bytesPerElement('F32');
  return SymbolicTensor.source({ name, dtype: 'F32', shape, byteLength, file: '', byteOffset: 0 });
}

function factorsOf(layer: AdapterLayer | undefined): Factors | undefined {
  if (layer === undefined) return undefined;
  const [down, up] = [straight(layer.down), straight(layer.up)];
  return layer.inputsFirst ? { down: up.moveAxis(-1, -2), up: down.moveAxis(-1, -2) } : { down, up };
}

/** Names of all tensors of the checkpoint that a tensor is made of. */
function sourcesOf({ expression }: SymbolicTensorData): readonly string[] {
  if (expression.type === 'source') return [expression.tensor.name];
  if ('inputs' in expression) return expression.inputs.flatMap(sourcesOf);
  return expression.type === 'multiply' ? [...sourcesOf(expression.input), ...sourcesOf(expression.by)] : sourcesOf(expression.input);
}

function misplaced(layer: string, { source, architecture }: PlaceContext, cause?: unknown): CheckpointError {
  return new CheckpointError('checkpoint.adapter-layer', { source, layer, architecture }, { cause });
}

import { throwIfAborted } from '@mlxengine/core';
import type { ModelSource } from '@mlxengine/core';
import type { AdapterSource, AdapterWeight } from '@mlxengine/core/backend';
import { findArchitecture } from '../architectures/registry.js';
import type { ArchitectureOptions } from '../build-graph.js';
import { CheckpointWeights } from '../checkpoint/checkpoint-weights.js';
import type { Checkpoint } from '../read-checkpoint.js';
import type { DerivedTensor } from '../sanitize/derived-tensor.js';
import { deriveTensor } from '../sanitize/sanitize-tensors.js';
import type { SymbolicTensor } from '../sanitize/symbolic-tensor.js';
import { readAdapterFiles } from './adapter-files.js';
import type { PlacedLayer } from './adapter-layer.js';
import { checkLayer, weightUses } from './check-layer.js';
import { readMLXAdapter } from './mlx-adapter.js';
import { readPeftAdapter } from './peft-adapter.js';
import { placeLayers } from './place-layers.js';

/** How to read an adapter. */
export interface ReadAdapterOptions extends ArchitectureOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads an adapter (LoRA or DoRA) for a model: a folder as mlx-lm's tuner writes it (`adapters.safetensors`) or as PEFT does
 * (`adapter_model.safetensors`), with `adapter_config.json`. All that can be checked without a byte of weights is checked here.
 * @param checkpoint - the model that it is for
 * @throws `CheckpointError`, `UnsupportedFeatureError`; `AbortedError` by the signal; what the source throws
 */
export async function readAdapter(
  source: ModelSource, checkpoint: Pick<Checkpoint, 'config' | 'graph'>, options: ReadAdapterOptions = {},
): Promise<AdapterSource> {
  throwIfAborted(options.signal, `Reading ${source.name}`);
  const files = await readAdapterFiles(source, { signal: options.signal });
  const { graph, config } = checkpoint;
  const layers = files.config.has('peft_type') ? readPeftAdapter(files) : readMLXAdapter(files, graph);
  const { name } = source;
  const weights = new Map(graph.weights.map((weight) => [weight.path, weight]));
  const plan = findArchitecture(config, options.architectures).plan(config);
  const placed = placeLayers(layers, { source: name, architecture: graph.architecture, weights, sanitize: (tensors) => plan.sanitize(tensors) });
  const uses = weightUses(graph);
  for (const layer of placed) {
    const weight = weights.get(layer.path);
    if (weight !== undefined) checkLayer(layer, weight, uses.get(layer.path) ?? new Set(), name);
  }
  const tensors = new Map(placed.flatMap(tensorsOf).map((tensor) => [tensor.name, tensor]));
  return { name, weights: placed.map(toWeight), tensors: new CheckpointWeights({ source, tensors, quantizations: new Map() }) };
}

function tensorsOf({ path, down, up, magnitude }: PlacedLayer): readonly DerivedTensor[] {
  const parts: readonly (readonly [string, SymbolicTensor | undefined])[] = [['down', down.tensor], ['up', up.tensor], ['magnitude', magnitude]];
  return parts.flatMap(([part, tensor]) => (tensor === undefined ? [] : [deriveTensor(`${path}.${part}`, tensor)]));
}

function toWeight({ path, down, up, scale, magnitude }: PlacedLayer): AdapterWeight {
  return {
    path,
    scale,
    down: { tensor: `${path}.down`, transposed: down.transposed },
    up: { tensor: `${path}.up`, transposed: up.transposed },
    ...(magnitude && { magnitude: `${path}.magnitude` }),
  };
}

import type { ModelConfiguration, Quantization, SamplingDefaults, TensorInformation } from '@mlxengine/core';
import type { ModelGraph, WeightDeclaration } from '@mlxengine/core/graph';
import { product } from './tensors/dtype.js';

/** What a {@link ModelConfiguration} is made of. */
export interface ModelDescriptionInit {
  readonly id: string;
  readonly modelType: string;
  readonly graph: ModelGraph;
  readonly tensors: ReadonlyMap<string, TensorInformation>;
  readonly quantizations: ReadonlyMap<string, Quantization>;
  readonly samplingDefaults: SamplingDefaults | undefined;
}

/** What is known of a model without its weights. */
export function describeModel(init: ModelDescriptionInit): ModelConfiguration {
  const { id, modelType, graph, tensors, samplingDefaults } = init;
  const quantization = mainQuantization(init);
  return {
    id,
    architecture: modelType,
    parameterCount: sum(graph.weights.map(countParameters)),
    vocabularySize: graph.vocabularySize,
    contextLength: graph.contextLength,
    weightBytes: sum([...tensors.values()].map(({ byteLength }) => byteLength)),
    ...(quantization && { quantization }),
    ...(samplingDefaults && { samplingDefaults }),
  };
}

/** The quantization that most weights have, counted by elements. */
function mainQuantization({ graph, quantizations }: ModelDescriptionInit): Quantization | undefined {
  const shares = new Map<string, { readonly quantization: Quantization; count: number }>();
  for (const weight of graph.weights) {
    const quantization = quantizations.get(weight.path);
    if (quantization === undefined) continue;
    const key = `${quantization.mode}/${quantization.bits}/${quantization.groupSize}`;
    const share = shares.get(key) ?? { quantization, count: 0 };
    share.count += countParameters(weight);
    shares.set(key, share);
  }
  return [...shares.values()].sort((a, b) => b.count - a.count)[0]?.quantization;
}

function countParameters({ kind, shape, bias }: WeightDeclaration): number {
  const biases = kind === 'vector' ? shape : shape.slice(0, -1);
  return product(shape) + (bias ? product(biases) : 0);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

import type { WeightSource } from '@mlxengine/core';
import type { ModelGraph } from '@mlxengine/core/graph';
import { createMemoryWeights } from './memory-weights.js';
import { tinyGraph } from './tiny-graph.js';
import { tinyModelShape, type TinyModelOptions } from './tiny-model-options.js';
import { tinyTensors } from './tiny-tensors.js';

/** A graph and its weights, ready for `InferenceBackend.loadModel`. */
export interface TinyModel {
  readonly graph: ModelGraph;
  readonly weights: WeightSource;
}

/**
 * A llama-like model of some hundred thousand random weights, the same for the same options on every machine.
 *
 * @example
 * ```ts
 * import { createReferenceBackend, createTinyModel } from '@mlxengine/testing';
 *
 * const { graph, weights } = createTinyModel({ quantization: { mode: 'affine', bits: 4, groupSize: 32 } });
 * const model = await createReferenceBackend().loadModel(graph, weights);
 * const { logProbabilities } = await model.score({ tokens: [1, 2, 3] });
 * console.log(logProbabilities.length); // 2
 * ```
 */
export function createTinyModel(options: TinyModelOptions = {}): TinyModel {
  const shape = tinyModelShape(options);
  const graph = tinyGraph(shape);
  return { graph, weights: createMemoryWeights(tinyTensors(graph, shape), shape.quantization) };
}

import type { WeightSource } from '@mlxengine/core';
import type { ComputeDtype } from '@mlxengine/core/backend';
import type { ModelGraph, StateDeclaration } from '@mlxengine/core/graph';
import { bytesPerElement, isFloatDtype } from './tensors/dtype.js';

/** Memory that a model takes with one number format, in bytes. */
export interface MemoryEstimate {
  /** Weights once loaded: packed integers as they are, floats in the compute dtype. */
  readonly weightBytes: number;
  /** Growth of all key-value caches with each token of a sequence. */
  readonly kvBytesPerToken: number;
}

const computeBytes: Readonly<Record<ComputeDtype, number>> = { float32: 4, float16: 2, bfloat16: 2 };

/**
 * Estimates memory from headers alone; activations, which depend on the backend, are not part of it.
 * @param dtype - of dense weights, activations and caches
 */
export function estimateMemory(graph: ModelGraph, weights: WeightSource, dtype: ComputeDtype): MemoryEstimate {
  const floatBytes = computeBytes[dtype];
  let weightBytes = 0;
  for (const tensor of weights.tensors.values()) {
    const elements = tensor.byteLength / bytesPerElement(tensor.dtype);
    weightBytes += isFloatDtype(tensor.dtype) ? elements * floatBytes : tensor.byteLength;
  }
  const kvElements = graph.states.reduce((sum, state) => sum + elementsPerToken(state), 0);
  return { weightBytes, kvBytesPerToken: kvElements * floatBytes };
}

/** What a state grows by with a token; windows and recurrences stop growing, which is left out. */
function elementsPerToken(state: StateDeclaration): number {
  switch (state.type) {
    case 'kv': return state.window === undefined ? state.heads * (state.keyDimension + state.valueDimension) : 0;
    case 'latent': return state.rank + state.ropeDimension;
    case 'rolling': case 'matrix': return 0;
  }
}

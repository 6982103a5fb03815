import type { WeightSource } from '@mlxengine/core';
import type { ComputeDtype } from '@mlxengine/core/backend';
import { stateBytes, type ModelGraph, type StateFormat } from '@mlxengine/core/graph';
import { prefillBytes } from './graph/prefill-bytes.js';
import { bytesPerElement, isFloatDtype } from './tensors/dtype.js';

/** Memory that a model takes with one number format, in bytes. */
export interface MemoryEstimate {
  /** Weights once loaded: packed integers as they are, floats in the compute dtype. */
  readonly weightBytes: number;
  /** Growth of all states with each token of a sequence, once windows are full. */
  readonly kvBytesPerToken: number;
  /** States of one sequence with the whole context. */
  readonly sequenceBytes: number;
  /** What a step of a prompt takes besides, at the end of the context: activations, logits, attention scores. */
  readonly prefillBytes: number;
}

/** How a model is to run. */
export interface MemoryUse {
  /** Key-value caches as they are held; default: in the compute dtype, without a limit. */
  readonly cache?: Omit<StateFormat, 'floatBytes'>;
  /** Tokens of a prompt in one step; default 512. */
  readonly prefillChunk?: number;
  /** Whether the backend computes attention without holding its scores; default true. */
  readonly fusedAttention?: boolean;
  /** Tokens of context, prompt and answer; default: the model's own. */
  readonly contextLength?: number;
}

const computeBytes: Readonly<Record<ComputeDtype, number>> = { float32: 4, float16: 2, bfloat16: 2 };

/**
 * Estimates memory from headers alone.
 * @param dtype - of dense weights, activations and caches
 */
export function estimateMemory(graph: ModelGraph, weights: WeightSource, dtype: ComputeDtype, use: MemoryUse = {}): MemoryEstimate {
  const floatBytes = computeBytes[dtype];
  const format = { floatBytes, ...use.cache };
  // Past every window and ring, so that only what goes on growing is counted; a whole step of that growth at a time.
  const [far, step] = [2 ** 40, 256];
  return {
    weightBytes: weightBytes(graph, weights, floatBytes),
    kvBytesPerToken: (stateBytes(graph.states, far + step, format) - stateBytes(graph.states, far, format)) / step,
    ...contextMemory(graph, dtype, use),
  };
}

/** The part of {@link estimateMemory} that depends on the context's length. */
export function contextMemory(
  graph: ModelGraph,
  dtype: ComputeDtype,
  { cache, prefillChunk = 512, fusedAttention = true, contextLength = graph.contextLength }: MemoryUse = {},
): Pick<MemoryEstimate, 'sequenceBytes' | 'prefillBytes'> {
  const floatBytes = computeBytes[dtype];
  return {
    sequenceBytes: stateBytes(graph.states, contextLength, { floatBytes, ...cache }),
    prefillBytes: prefillBytes(graph, { floatBytes, chunk: Math.min(prefillChunk, contextLength), positions: contextLength, fusedAttention }),
  };
}

/**
 * The longest context with which one sequence fits so much memory besides the weights, in whole 256 tokens or the model's own; 0 where
 * none does.
 */
export function fittingContext(graph: ModelGraph, dtype: ComputeDtype, availableBytes: number, use: MemoryUse = {}): number {
  const fits = (contextLength: number): boolean => {
    const { sequenceBytes, prefillBytes } = contextMemory(graph, dtype, { ...use, contextLength });
    return sequenceBytes + prefillBytes <= availableBytes;
  };
  if (fits(graph.contextLength)) return graph.contextLength;
  let [least, most] = [0, Math.ceil(graph.contextLength / 256)];
  while (most - least > 1) {
    const middle = (least + most) >> 1;
    if (fits(middle * 256)) least = middle;
    else most = middle;
  }
  return least * 256;
}

function weightBytes(graph: ModelGraph, weights: WeightSource, floatBytes: number): number {
  // Backends keep these as precise as they come.
  const precise = new Set(graph.weights.filter(({ kind }) => kind === 'tensor').map(({ path }) => path));
  let bytes = 0;
  for (const { name, dtype, byteLength } of weights.tensors.values()) {
    const kept = !isFloatDtype(dtype) || (dtype === 'F32' && precise.has(name));
    bytes += kept ? byteLength : (byteLength / bytesPerElement(dtype)) * floatBytes;
  }
  return bytes;
}

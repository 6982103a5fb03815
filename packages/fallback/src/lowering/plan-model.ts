import { OutOfMemoryError, type WeightSource } from '@mlxengine/core';
import type { ModelGraph } from '@mlxengine/core/graph';
import { addressableBytes, reservedBytes } from '../kernels/instantiate-kernels.js';
import { assignBuffers, type StepLimits } from './assign-buffers.js';
import { checkGraph } from './check-graph.js';
import { lowerGraph } from './lower-graph.js';
import { type PlannedTensor, planWeights } from './plan-weights.js';
import type { Program } from './program.js';
import { blockTokens } from './state-layout.js';

/** Places of all that a step needs beside the weights. */
export interface StepPlan {
  readonly limits: StepLimits;
  /** Addresses of the buffers. */
  readonly addresses: readonly number[];
  /** Addresses of the sequences' block tables: the kept one, then those of a step without it. */
  readonly tables: readonly number[];
  /** Where the cache begins. */
  readonly cacheBegin: number;
}

/** Everything that a runtime needs to load and run a model. Plain data, so that it can go to a worker. */
export interface ModelPlan {
  readonly program: Program;
  readonly tensors: readonly PlannedTensor[];
  /** Bytes of weights to be read. */
  readonly weightBytes: number;
  /** First free address behind the weights. */
  readonly weightsEnd: number;
  /** For steps of the usual size. */
  readonly step: StepPlan;
}

/** Rows of a prefill step; a multiple of the 8 rows that kernels block. */
const generatingLimits: StepLimits = { tokens: 64, rows: 8, sequences: 8 };

/** A graph that embeds takes whole sequences; steps grow where one is longer, see {@link planStep}. */
const embeddingLimits: StepLimits = { tokens: 512, rows: 1, sequences: 32 };

/**
 * Lowers a graph and lays all of it out in memory, before a byte is loaded.
 * @throws `UnsupportedFeatureError`, `CheckpointError`, `GraphError`; `OutOfMemoryError` where 32-bit addresses do not reach
 */
export function planModel(graph: ModelGraph, source: WeightSource): ModelPlan {
  checkGraph(graph);
  const weights = planWeights(graph, source, reservedBytes);
  const program = lowerGraph(graph, weights);
  const limits = program.logits === undefined ? embeddingLimits : generatingLimits;
  const tokens = Math.min(limits.tokens, graph.contextLength);
  const step = planStep(program, { ...limits, tokens }, weights.end);
  return { program, tensors: weights.tensors, weightBytes: weights.totalBytes, weightsEnd: weights.end, step };
}

/**
 * Lays out steps of a size, from an address on.
 * @throws `OutOfMemoryError` where 32-bit addresses do not reach
 */
export function planStep(program: Program, limits: StepLimits, begin: number): StepPlan {
  const { addresses, end } = assignBuffers(program, limits, begin);
  const tableBytes = Math.ceil((Math.ceil(program.contextLength / blockTokens) * 4) / 64) * 64;
  const tables = Array.from({ length: limits.sequences + 1 }, (_, index) => end + index * tableBytes);
  const cacheBegin = end + tables.length * tableBytes;
  const neededBytes = cacheBegin + program.blockBytes + program.stateBytes;
  if (neededBytes > addressableBytes) throw new OutOfMemoryError('memory.exhausted', { what: 'The model in the fallback backend', neededBytes });
  return { limits, addresses, tables, cacheBegin };
}

import { OutOfMemoryError, type WeightSource } from '@mlxengine/core';
import type { ModelGraph } from '@mlxengine/core/graph';
import { addressableBytes, reservedBytes } from '../kernels/instantiate-kernels.js';
import { assignBuffers, type StepLimits } from './assign-buffers.js';
import { checkGraph } from './check-graph.js';
import { lowerGraph } from './lower-graph.js';
import { type PlannedTensor, planWeights } from './plan-weights.js';
import type { Program } from './program.js';
import { blockTokens } from './state-layout.js';

/** Everything that a runtime needs to load and run a model. Plain data, so that it can go to a worker. */
export interface ModelPlan {
  readonly program: Program;
  readonly tensors: readonly PlannedTensor[];
  /** Bytes of weights to be read. */
  readonly weightBytes: number;
  readonly addresses: readonly number[];
  readonly limits: StepLimits;
  /** Addresses of the block tables of the two sequences: the kept one and that of a scoring. */
  readonly tables: readonly [number, number];
  /** Where blocks of the cache begin. */
  readonly cacheBegin: number;
}

/** Rows of a prefill step; a multiple of the 8 rows that kernels block. */
const defaultLimits: StepLimits = { tokens: 64, rows: 8, sequences: 8 };

/**
 * Lowers a graph and lays all of it out in memory, before a byte is loaded.
 * @throws `UnsupportedFeatureError`, `CheckpointError`, `GraphError`; `OutOfMemoryError` where 32-bit addresses do not reach
 */
export function planModel(graph: ModelGraph, source: WeightSource, limits: StepLimits = defaultLimits): ModelPlan {
  checkGraph(graph);
  const weights = planWeights(graph, source, reservedBytes);
  const program = lowerGraph(graph, weights);
  const buffers = assignBuffers(program, limits, weights.end);
  const tableBytes = Math.ceil((Math.ceil(graph.contextLength / blockTokens) * 4) / 64) * 64;
  const tables = [buffers.end, buffers.end + tableBytes] as const;
  const cacheBegin = buffers.end + 2 * tableBytes;
  const neededBytes = cacheBegin + program.blockBytes;
  if (neededBytes > addressableBytes) throw new OutOfMemoryError('memory.exhausted', { what: 'The model in the fallback backend', neededBytes });
  return { program, tensors: weights.tensors, weightBytes: weights.totalBytes, addresses: buffers.addresses, limits, tables, cacheBegin };
}

import type { ModelConfiguration, ModelSource } from '@mlxengine/core';
import type { ComputeDtype } from '@mlxengine/core/backend';
import { estimateMemory } from './estimate-memory.js';
import type { MemoryEstimate } from './estimate-memory.js';
import { readCheckpoint } from './read-checkpoint.js';
import type { ReadCheckpointOptions } from './read-checkpoint.js';

/** What is known of a model without loading it. */
export interface ModelInspection {
  readonly configuration: ModelConfiguration;
  /** Memory with each number format. */
  readonly memory: Readonly<Record<ComputeDtype, MemoryEstimate>>;
}

/**
 * Looks at a model's configuration and the headers of its weights, which takes kilobytes even of a large remote model.
 * Everything is checked as `readCheckpoint` does.
 * @throws as `readCheckpoint`
 */
export async function inspectModel(source: ModelSource, options: ReadCheckpointOptions = {}): Promise<ModelInspection> {
  const { configuration, graph, weights } = await readCheckpoint(source, options);
  const estimate = (dtype: ComputeDtype): MemoryEstimate => estimateMemory(graph, weights, dtype);
  return { configuration, memory: { float32: estimate('float32'), float16: estimate('float16'), bfloat16: estimate('bfloat16') } };
}

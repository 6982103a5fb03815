import type { ModelGraph } from '@mlxengine/core/graph';
import type { Architecture } from './architectures/architecture.js';
import { findArchitecture } from './architectures/registry.js';

/** What reading a model takes besides its files. */
export interface ArchitectureOptions {
  /** Families besides the built-in ones; they win over built-in ones of the same `model_type`. */
  readonly architectures?: readonly Architecture[] | undefined;
}

/**
 * The graph of a model.
 * @param config - config.json as plain data; it may be untrusted
 * @throws `UnsupportedArchitectureError`, `UnsupportedFeatureError`, `CheckpointError` for values that are missing or out of bounds
 */
export function buildGraph(config: Readonly<Record<string, unknown>>, options: ArchitectureOptions = {}): ModelGraph {
  return findArchitecture(config, options.architectures).plan(config).graph;
}

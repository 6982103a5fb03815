import type { ModelGraph } from '@mlxengine/core/graph';
import { ConfigReader } from '../config/config-reader.js';
import { GraphBuilder } from '../graph/graph-builder.js';
import type { GraphEnd } from '../graph/graph-builder.js';
import type { CheckpointTensors } from '../sanitize/checkpoint-tensors.js';

/** What a family's graph ends in: logits where it generates, pooled or hidden where it embeds. */
export type GraphResult = Omit<GraphEnd, 'architecture'>;

/** A family of models as its author writes it; give it to {@link defineArchitecture}. */
export interface ArchitectureDefinition<Arguments> {
  /** Its own `model_type`. */
  readonly modelType: string;
  /** Other values of `model_type` that mean the same family. */
  readonly aliases?: readonly string[];
  /** Takes what the family needs from an untrusted config, with bounds. */
  readonly readArguments: (config: ConfigReader) => Arguments;
  /** Builds the graph; weights are named by checkpoint path. */
  readonly buildGraph: (graph: GraphBuilder, args: Arguments) => GraphResult;
  /**
   * Brings the checkpoint's tensors to those of the graph, in place: renames, drops and derives them by name and shape (no
   * bytes are read); default: they stay as they are. It has to leave tensors alone that are as the graph wants them.
   */
  readonly sanitize?: (tensors: CheckpointTensors, args: Arguments) => void;
}

/** What a family makes of one config. */
export interface ArchitecturePlan {
  /** What a backend runs. */
  readonly graph: ModelGraph;
  /** Brings the checkpoint's tensors to those of the graph, in place. */
  sanitize(tensors: CheckpointTensors): void;
}

/** A family of models, ready for use. */
export interface Architecture {
  /** Its own `model_type`. */
  readonly modelType: string;
  /** Other values of `model_type` that mean it. */
  readonly aliases: readonly string[];
  /**
   * Graph and rewrites of the tensors for one config, which may be untrusted.
   * @throws `CheckpointError`, `UnsupportedFeatureError`, `GraphError`
   */
  plan(config: Readonly<Record<string, unknown>>): ArchitecturePlan;
}

/**
 * Makes a family of models. It is used where it is given (`readCheckpoint(source, { architectures: [mine] })`); nothing
 * is registered globally.
 */
export function defineArchitecture<Arguments>(definition: ArchitectureDefinition<Arguments>): Architecture {
  const { modelType, aliases = [], readArguments, buildGraph, sanitize } = definition;
  return {
    modelType,
    aliases,
    plan(config) {
      const args = readArguments(new ConfigReader(config));
      const builder = new GraphBuilder();
      const graph = builder.build({ architecture: modelType, ...buildGraph(builder, args) });
      return { graph, sanitize: (tensors) => sanitize?.(tensors, args) };
    },
  };
}

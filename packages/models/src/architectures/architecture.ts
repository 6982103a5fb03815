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
  /**
   * Takes what the family needs from an untrusted config, with bounds.
   * @param names - of the checkpoint's tensors as its files call them, where a family goes by what is there; empty where only a config is known
   */
  readonly readArguments: (config: ConfigReader, names: ReadonlySet<string>) => Arguments;
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
   * @param names - of the checkpoint's tensors; default: not known
   * @throws `CheckpointError`, `UnsupportedFeatureError`, `GraphError`
   */
  plan(config: Readonly<Record<string, unknown>>, names?: ReadonlySet<string>): ArchitecturePlan;
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
    plan(config, names = new Set()) {
      const args = readArguments(new ConfigReader(config), names);
      const builder = new GraphBuilder();
      const graph = builder.build({ architecture: modelType, ...buildGraph(builder, args) });
      return { graph, sanitize: (tensors) => sanitize?.(tensors, args) };
    },
  };
}

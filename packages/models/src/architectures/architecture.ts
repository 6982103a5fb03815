import type { ModelGraph, ValueId } from '@mlxengine/core/graph';
import type { WeightRewrite } from '../checkpoint/weight-rewrite.js';
import { ConfigReader } from '../config/config-reader.js';
import { GraphBuilder } from '../graph/graph-builder.js';

/** What a family's graph ends in. */
export interface GraphResult {
  /** `[rows, vocabularySize]` */
  readonly logits: ValueId;
  /** Tokens of context that the model was made for. */
  readonly contextLength: number;
}

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
  /** From the checkpoint's tensors to those of the graph; default: as they are. */
  readonly sanitize?: (args: Arguments) => readonly WeightRewrite[];
}

/** What a family makes of one config. */
export interface ArchitecturePlan {
  /** What a backend runs. */
  readonly graph: ModelGraph;
  /** From the checkpoint's tensors to those of the graph. */
  readonly rewrites: readonly WeightRewrite[];
}

/** A family of models, ready for use. */
export interface Architecture {
  /** Its own `model_type`. */
  readonly modelType: string;
  /** Other values of `model_type` that mean it. */
  readonly aliases: readonly string[];
  /**
   * Graph and rewrites for one config, which may be untrusted.
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
      return { graph, rewrites: sanitize?.(args) ?? [] };
    },
  };
}

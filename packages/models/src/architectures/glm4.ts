import type { ValueId } from '@mlxengine/core/graph';
import type { ConfigReader } from '../config/config-reader.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import type { RopeSettings } from '../graph/rope-settings.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture, GraphResult } from './architecture.js';
import { selfAttention } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import type { DecoderArguments } from './parts/decoder-arguments.js';
import { decoder, rmsNorm } from './parts/decoder.js';
import { checkActivation, gatedMlp } from './parts/mlp.js';
import { partialRotary, readRope } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';

interface Glm4Arguments extends DecoderArguments {
  readonly bias: boolean;
  readonly rope: RopeSettings;
}

function readArguments(config: ConfigReader): Glm4Arguments {
  checkActivation(config, ['silu', 'swish']);
  const args = readDecoder(config);
  const dimensions = partialRotary(config, args.headDimension, 0.5);
  return {
    ...args,
    tieWordEmbeddings: false,
    bias: config.boolean('attention_bias', false),
    rope: readRope(config, { dimensions, traditional: config.boolean('rope_traditional', true) }),
  };
}

/** Norms before and after both parts. */
function decoderLayer(graph: GraphBuilder, args: Glm4Arguments, x: ValueId, path: string): ValueId {
  const norm = rmsNorm(graph, args);
  const attended = selfAttention(graph, norm(x, `${path}.input_layernorm`), `${path}.self_attn`, args);
  const h = graph.add(x, norm(attended, `${path}.post_self_attn_layernorm`));
  const mlp = gatedMlp(graph, norm(h, `${path}.post_attention_layernorm`), `${path}.mlp`, { ...args, bias: false, fused: 'gate_up_proj' });
  return graph.add(norm(mlp, `${path}.post_mlp_layernorm`), h);
}

function buildGraph(graph: GraphBuilder, args: Glm4Arguments): GraphResult {
  return decoder(graph, args, { layer: (x, path) => decoderLayer(graph, args, x, path) });
}

/** GLM-4-0414. Source: mlx-lm `models/glm4.py`. */
export const glm4: Architecture = defineArchitecture({ modelType: 'glm4', readArguments, buildGraph, sanitize: dropUnused });

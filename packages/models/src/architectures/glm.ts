import type { ConfigReader } from '../config/config-reader.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import type { RopeSettings } from '../graph/rope-settings.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture, GraphResult } from './architecture.js';
import { selfAttention } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import type { DecoderArguments } from './parts/decoder-arguments.js';
import { decoder, preNormLayer, rmsNorm } from './parts/decoder.js';
import { checkActivation, gatedMlp } from './parts/mlp.js';
import { readRope } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';

interface GlmArguments extends DecoderArguments {
  readonly bias: boolean;
  readonly rope: RopeSettings;
}

function readArguments(config: ConfigReader): GlmArguments {
  checkActivation(config, ['silu', 'swish']);
  const args = readDecoder(config);
  // As in mlx-lm, whole heads rotate whatever the config's `partial_rotary_factor` is.
  const rope = readRope(config, { dimensions: args.headDimension, traditional: true });
  return { ...args, bias: config.boolean('attention_bias', false), rope };
}

function buildGraph(graph: GraphBuilder, args: GlmArguments): GraphResult {
  return decoder(graph, args, {
    layer: (x, path) => preNormLayer(graph, x, path, {
      norm: rmsNorm(graph, args),
      attention: (h) => selfAttention(graph, h, `${path}.self_attn`, args),
      mlp: (h) => gatedMlp(graph, h, `${path}.mlp`, { ...args, bias: false, fused: 'gate_up_proj' }),
    }),
  });
}

/** GLM-4 9B as transformers lays it out. Source: mlx-lm `models/glm.py`. */
export const glm: Architecture = defineArchitecture({ modelType: 'glm', readArguments, buildGraph, sanitize: dropUnused });

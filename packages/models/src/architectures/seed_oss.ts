import type { ValueId } from '@mlxengine/core/graph';
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

interface SeedOSSArguments extends DecoderArguments {
  readonly rope: RopeSettings;
  readonly attentionBias: boolean;
  readonly attentionOutputBias: boolean;
  readonly mlpBias: boolean;
}

function readArguments(config: ConfigReader): SeedOSSArguments {
  checkActivation(config, ['silu', 'swish']);
  const args = readDecoder(config);
  return {
    ...args,
    rope: readRope(config, { dimensions: args.headDimension }),
    attentionBias: config.boolean('attention_bias', false),
    attentionOutputBias: config.boolean('attention_out_bias', false),
    mlpBias: config.boolean('mlp_bias', false),
  };
}

function transformerBlock(graph: GraphBuilder, args: SeedOSSArguments, x: ValueId, path: string): ValueId {
  const { attentionBias, attentionOutputBias, mlpBias } = args;
  return preNormLayer(graph, x, path, {
    norm: rmsNorm(graph, args),
    attention: (h) => selfAttention(graph, h, `${path}.self_attn`, { ...args, bias: attentionBias, outputBias: attentionOutputBias }),
    mlp: (h) => gatedMlp(graph, h, `${path}.mlp`, { ...args, bias: mlpBias }),
  });
}

function buildGraph(graph: GraphBuilder, args: SeedOSSArguments): GraphResult {
  return decoder(graph, args, { layer: (x, path) => transformerBlock(graph, args, x, path) });
}

/** Seed-OSS. Source: mlx-lm `models/seed_oss.py`. */
export const seed_oss: Architecture = defineArchitecture({ modelType: 'seed_oss', readArguments, buildGraph, sanitize: dropUnused });

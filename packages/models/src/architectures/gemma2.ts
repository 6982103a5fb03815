import type { ValueId } from '@mlxengine/core/graph';
import type { ConfigReader } from '../config/config-reader.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import type { RopeSettings } from '../graph/rope-settings.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture, GraphResult } from './architecture.js';
import { limits } from './limits.js';
import { selfAttention } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import type { DecoderArguments } from './parts/decoder-arguments.js';
import { decoder, rmsNorm, sandwichNormLayer } from './parts/decoder.js';
import { checkActivation, gatedMlp } from './parts/mlp.js';
import { readRope } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';

interface Gemma2Arguments extends DecoderArguments {
  readonly rope: RopeSettings;
  readonly scale: number;
  readonly softcap: number;
  readonly finalSoftcap: number;
}

function readArguments(config: ConfigReader): Gemma2Arguments {
  checkActivation(config, ['gelu_pytorch_tanh', 'gelu']);
  const args = readDecoder(config);
  return {
    ...args,
    tieWordEmbeddings: true,
    rope: readRope(config, { dimensions: args.headDimension, scaling: null }),
    scale: config.number('query_pre_attn_scalar', limits.scalar, 144) ** -0.5,
    softcap: config.number('attn_logit_softcapping', limits.scalar, 50),
    finalSoftcap: config.number('final_logit_softcapping', limits.scalar, 30),
  };
}

function transformerBlock(graph: GraphBuilder, args: Gemma2Arguments, x: ValueId, path: string): ValueId {
  return sandwichNormLayer(graph, x, path, {
    norm: rmsNorm(graph, args, 1),
    attention: (h) => selfAttention(graph, h, `${path}.self_attn`, args),
    mlp: (h) => gatedMlp(graph, h, `${path}.mlp`, { ...args, activation: 'geluTanh' }),
  });
}

function buildGraph(graph: GraphBuilder, args: Gemma2Arguments): GraphResult {
  return decoder(graph, args, {
    layer: (x, path) => transformerBlock(graph, args, x, path),
    norm: rmsNorm(graph, args, 1),
    embeddingScale: args.hiddenSize ** 0.5,
    afterHead: (logits) => graph.softcap(logits, args.finalSoftcap),
  });
}

/** Gemma 2; all its layers attend to everything, as mlx-lm has it. Source: mlx-lm `models/gemma2.py`. */
export const gemma2: Architecture = defineArchitecture({ modelType: 'gemma2', readArguments, buildGraph, sanitize: dropUnused });

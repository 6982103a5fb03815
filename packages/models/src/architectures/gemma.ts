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

interface GemmaArguments extends DecoderArguments {
  readonly rope: RopeSettings;
}

function readArguments(config: ConfigReader): GemmaArguments {
  checkActivation(config, ['gelu', 'gelu_pytorch_tanh']);
  const args = readDecoder(config);
  return { ...args, tieWordEmbeddings: true, rope: readRope(config, { dimensions: args.headDimension, scaling: null }) };
}

function transformerBlock(graph: GraphBuilder, args: GemmaArguments, x: ValueId, path: string): ValueId {
  return preNormLayer(graph, x, path, {
    norm: rmsNorm(graph, args, 1),
    attention: (h) => selfAttention(graph, h, `${path}.self_attn`, args),
    mlp: (h) => gatedMlp(graph, h, `${path}.mlp`, { ...args, activation: 'gelu' }),
  });
}

function buildGraph(graph: GraphBuilder, args: GemmaArguments): GraphResult {
  return decoder(graph, args, {
    layer: (x, path) => transformerBlock(graph, args, x, path),
    norm: rmsNorm(graph, args, 1),
    embeddingScale: args.hiddenSize ** 0.5,
  });
}

/** Gemma 1, with the exact GELU. Source: mlx-lm `models/gemma.py`. */
export const gemma: Architecture = defineArchitecture({ modelType: 'gemma', readArguments, buildGraph, sanitize: dropUnused });

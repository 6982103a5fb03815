import type { ConfigReader } from '../config/config-reader.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import type { RopeSettings } from '../graph/rope-settings.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture, GraphResult } from './architecture.js';
import { selfAttention } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import type { DecoderArguments } from './parts/decoder-arguments.js';
import { decoder, layerNorm, preNormLayer } from './parts/decoder.js';
import { checkActivation, plainMlp } from './parts/mlp.js';
import { readRope } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';

interface StarCoder2Arguments extends DecoderArguments {
  readonly rope: RopeSettings;
}

function readArguments(given: ConfigReader): StarCoder2Arguments {
  const config = given.withDefaults({ norm_epsilon: 1e-5, vocab_size: 49152 });
  // The checkpoints say gelu_pytorch_tanh; mlx-lm computes the exact one.
  checkActivation(config, ['gelu', 'gelu_pytorch_tanh']);
  const args = readDecoder(config, { epsilon: 'norm_epsilon', headDimension: 'derived' });
  return { ...args, rope: readRope(config, { dimensions: args.headDimension, defaultBase: 100000, traditional: false }) };
}

function buildGraph(graph: GraphBuilder, args: StarCoder2Arguments): GraphResult {
  const norm = layerNorm(graph, args);
  return decoder(graph, args, {
    norm,
    layer: (x, path) => preNormLayer(graph, x, path, {
      norm,
      attention: (h) => selfAttention(graph, h, `${path}.self_attn`, { ...args, bias: true, outputBias: true }),
      mlp: (h) => plainMlp(graph, h, `${path}.mlp`, { ...args, activation: 'gelu', bias: true, names: ['c_fc', 'c_proj'] }),
    }),
  });
}

/** StarCoder 2. Source: mlx-lm `models/starcoder2.py`. */
export const starcoder2: Architecture = defineArchitecture({ modelType: 'starcoder2', readArguments, buildGraph, sanitize: dropUnused });

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
import { partialRotary, readRope } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';

interface NemotronArguments extends DecoderArguments {
  readonly bias: boolean;
  readonly mlpBias: boolean;
  readonly rope: RopeSettings;
}

function readArguments(config: ConfigReader): NemotronArguments {
  checkActivation(config, ['relu2']);
  const args = readDecoder(config.withDefaults({ tie_word_embeddings: false }), { epsilon: 'norm_eps' });
  return {
    ...args,
    bias: config.boolean('attention_bias', false),
    mlpBias: config.boolean('mlp_bias', false),
    rope: readRope(config, { dimensions: partialRotary(config, args.headDimension, 0.5), traditional: false }),
  };
}

function buildGraph(graph: GraphBuilder, args: NemotronArguments): GraphResult {
  const norm = layerNorm(graph, args, { weightOffset: 1 });
  return decoder(graph, args, {
    norm,
    layer: (x, path) => preNormLayer(graph, x, path, {
      norm,
      attention: (h) => selfAttention(graph, h, `${path}.self_attn`, { ...args, outputBias: args.bias }),
      mlp: (h) => plainMlp(graph, h, `${path}.mlp`, { ...args, activation: 'relu2', bias: args.mlpBias, names: ['up_proj', 'down_proj'] }),
    }),
  });
}

/** Nemotron 3 and 4, Minitron. Source: mlx-lm `models/nemotron.py`. */
export const nemotron: Architecture = defineArchitecture({ modelType: 'nemotron', readArguments, buildGraph, sanitize: dropUnused });

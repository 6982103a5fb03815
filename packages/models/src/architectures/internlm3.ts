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

interface InternLM3Arguments extends DecoderArguments {
  readonly rope: RopeSettings;
  readonly qkvBias: boolean;
  readonly bias: boolean;
}

function readArguments(given: ConfigReader): InternLM3Arguments {
  const config = given.withDefaults({ max_position_embeddings: 32768, tie_word_embeddings: false });
  checkActivation(config, ['silu', 'swish']);
  const args = readDecoder(config, { headDimension: 'derived' });
  return {
    ...args,
    rope: readRope(config, { dimensions: args.headDimension }),
    qkvBias: config.boolean('qkv_bias', false),
    bias: config.boolean('bias', false),
  };
}

function transformerBlock(graph: GraphBuilder, args: InternLM3Arguments, x: ValueId, path: string): ValueId {
  const { qkvBias, bias } = args;
  return preNormLayer(graph, x, path, {
    norm: rmsNorm(graph, args),
    attention: (h) => selfAttention(graph, h, `${path}.self_attn`, { ...args, bias: qkvBias, outputBias: qkvBias }),
    mlp: (h) => gatedMlp(graph, h, `${path}.mlp`, { ...args, bias }),
  });
}

function buildGraph(graph: GraphBuilder, args: InternLM3Arguments): GraphResult {
  return decoder(graph, args, { layer: (x, path) => transformerBlock(graph, args, x, path) });
}

/** InternLM 3. Source: mlx-lm `models/internlm3.py`. */
export const internlm3: Architecture = defineArchitecture({
  modelType: 'internlm3',
  readArguments,
  buildGraph,
  sanitize: (tensors, args) => {
    tensors.drop((name) => name.includes('attention.rope.inv_freq'));
    dropUnused(tensors, args);
  },
});

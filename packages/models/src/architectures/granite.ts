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
import { decoder, preNormLayer, rmsNorm } from './parts/decoder.js';
import { checkActivation, gatedMlp } from './parts/mlp.js';
import { readRope } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';

interface GraniteArguments extends DecoderArguments {
  readonly rope: RopeSettings;
  readonly scale: number;
  readonly embeddingScale: number;
  readonly residualScale: number;
  readonly logitsScaling: number;
  readonly attentionBias: boolean;
  readonly mlpBias: boolean;
}

function readArguments(config: ConfigReader): GraniteArguments {
  checkActivation(config, ['silu', 'swish']);
  const args = readDecoder(config, { headDimension: 'derived' });
  return {
    ...args,
    rope: readRope(config, { dimensions: args.headDimension, traditional: false }),
    scale: config.number('attention_multiplier', limits.scalar),
    embeddingScale: config.number('embedding_multiplier', limits.scalar),
    residualScale: config.number('residual_multiplier', limits.scalar),
    logitsScaling: config.number('logits_scaling', limits.scalar),
    attentionBias: config.boolean('attention_bias', false),
    mlpBias: config.boolean('mlp_bias', false),
  };
}

function transformerBlock(graph: GraphBuilder, args: GraniteArguments, x: ValueId, path: string): ValueId {
  const { attentionBias: bias, mlpBias, residualScale } = args;
  return preNormLayer(graph, x, path, {
    norm: rmsNorm(graph, args),
    attention: (h) => selfAttention(graph, h, `${path}.self_attn`, { ...args, bias, outputBias: bias }),
    mlp: (h) => gatedMlp(graph, h, `${path}.mlp`, { ...args, bias: mlpBias }),
    residualScale,
  });
}

function buildGraph(graph: GraphBuilder, args: GraniteArguments): GraphResult {
  const { embeddingScale, logitsScaling } = args;
  return decoder(graph, args, {
    layer: (x, path) => transformerBlock(graph, args, x, path),
    embeddingScale,
    afterHead: (logits) => graph.scale(logits, 1 / logitsScaling),
  });
}

/** Granite 3. Source: mlx-lm `models/granite.py`. */
export const granite: Architecture = defineArchitecture({ modelType: 'granite', readArguments, buildGraph, sanitize: dropUnused });

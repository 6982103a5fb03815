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

interface MiniCPMArguments extends DecoderArguments {
  readonly rope: RopeSettings;
  readonly embeddingScale: number;
  readonly residualScale: number;
  /** Factor on what the head gets. */
  readonly headScale: number;
}

function readArguments(config: ConfigReader, names: ReadonlySet<string>): MiniCPMArguments {
  checkActivation(config, ['silu', 'swish']);
  const args = readDecoder(config.withDefaults({ tie_word_embeddings: false }), { headDimension: 'derived' });
  const { hiddenSize, layers, headDimension: dimensions, tieWordEmbeddings } = args;
  return {
    ...args,
    rope: readRope(config, { dimensions, defaultBase: 1e6 }),
    embeddingScale: config.number('scale_emb', limits.scalar),
    residualScale: config.number('scale_depth', limits.scalar) / layers ** 0.5,
    headScale: tieWordEmbeddings ? 1 : config.integer('dim_model_base', limits.hiddenSize) / hiddenSize,
    tieWordEmbeddings: tieWordEmbeddings || (names.size > 0 && !names.has('lm_head.weight')),
  };
}

function transformerBlock(graph: GraphBuilder, args: MiniCPMArguments, x: ValueId, path: string): ValueId {
  return preNormLayer(graph, x, path, {
    norm: rmsNorm(graph, args),
    attention: (h) => selfAttention(graph, h, `${path}.self_attn`, args),
    mlp: (h) => gatedMlp(graph, h, `${path}.mlp`, args),
    residualScale: args.residualScale,
  });
}

function buildGraph(graph: GraphBuilder, args: MiniCPMArguments): GraphResult {
  const { embeddingScale, headScale } = args;
  return decoder(graph, args, {
    layer: (x, path) => transformerBlock(graph, args, x, path),
    embeddingScale,
    beforeHead: (h) => graph.scale(h, headScale),
  });
}

/** MiniCPM 1 and 2. Source: mlx-lm `models/minicpm.py`. */
export const minicpm: Architecture = defineArchitecture({ modelType: 'minicpm', readArguments, buildGraph, sanitize: dropUnused });

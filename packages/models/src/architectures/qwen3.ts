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

interface Qwen3Arguments extends DecoderArguments {
  readonly rope: RopeSettings;
}

function readArguments(config: ConfigReader): Qwen3Arguments {
  checkActivation(config, ['silu', 'swish']);
  const args = readDecoder(config.withDefaults({ head_dim: 128, tie_word_embeddings: false }));
  return { ...args, rope: readRope(config, { dimensions: args.headDimension, traditional: false }) };
}

function transformerBlock(graph: GraphBuilder, args: Qwen3Arguments, x: ValueId, path: string): ValueId {
  const norm = rmsNorm(graph, args);
  return preNormLayer(graph, x, path, {
    norm,
    attention: (h) => selfAttention(graph, h, `${path}.self_attn`, { ...args, split: (value, name) => norm(value, `${path}.self_attn.${name}`) }),
    mlp: (h) => gatedMlp(graph, h, `${path}.mlp`, args),
  });
}

function buildGraph(graph: GraphBuilder, args: Qwen3Arguments): GraphResult {
  return decoder(graph, args, { layer: (x, path) => transformerBlock(graph, args, x, path) });
}

/** Qwen 3. Source: mlx-lm `models/qwen3.py`. */
export const qwen3: Architecture = defineArchitecture({ modelType: 'qwen3', readArguments, buildGraph, sanitize: dropUnused });

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

interface Qwen2Arguments extends DecoderArguments {
  readonly rope: RopeSettings;
}

function readArguments(given: ConfigReader): Qwen2Arguments {
  const config = given.withDefaults({ max_position_embeddings: 32768 });
  checkActivation(config, ['silu', 'swish']);
  const args = readDecoder(config, { headDimension: 'derived' });
  return { ...args, rope: readRope(config, { dimensions: args.headDimension, defaultBase: 1e6 }) };
}

function transformerBlock(graph: GraphBuilder, args: Qwen2Arguments, x: ValueId, path: string): ValueId {
  return preNormLayer(graph, x, path, {
    norm: rmsNorm(graph, args),
    attention: (h) => selfAttention(graph, h, `${path}.self_attn`, { ...args, bias: true }),
    mlp: (h) => gatedMlp(graph, h, `${path}.mlp`, args),
  });
}

function buildGraph(graph: GraphBuilder, args: Qwen2Arguments): GraphResult {
  return decoder(graph, args, { layer: (x, path) => transformerBlock(graph, args, x, path) });
}

/** Qwen 1.5 to 2.5. Source: mlx-lm `models/qwen2.py`. */
export const qwen2: Architecture = defineArchitecture({ modelType: 'qwen2', readArguments, buildGraph, sanitize: dropUnused });

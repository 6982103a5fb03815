import type { ValueId } from '@mlxengine/core/graph';
import type { ConfigReader } from '../config/config-reader.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import { variantOf } from '../graph/rope-init.js';
import type { RopeSettings } from '../graph/rope-settings.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture, GraphResult } from './architecture.js';
import { selfAttention } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import type { DecoderArguments } from './parts/decoder-arguments.js';
import { decoder, preNormLayer, rmsNorm } from './parts/decoder.js';
import { checkActivation, gatedMlp } from './parts/mlp.js';
import { partialRotary, readRope, readScaling } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';
import { unsupported } from './parts/unsupported.js';

const variants = ['default', 'linear', 'longrope', 'su'];

interface Phi3Arguments extends DecoderArguments {
  readonly rope: RopeSettings;
}

function readArguments(given: ConfigReader): Phi3Arguments {
  const config = given.withDefaults({ max_position_embeddings: 131072, original_max_position_embeddings: 4096, tie_word_embeddings: false });
  checkActivation(config, ['silu', 'swish']);
  const args = readDecoder(config, { headDimension: 'derived' });
  // What longrope stretches is told beside it.
  const scaling = readScaling(config)?.withDefaults({ original_max_position_embeddings: config.raw('original_max_position_embeddings') });
  const variant = scaling && variantOf(scaling);
  if (variant !== undefined && !variants.includes(variant)) throw unsupported(`the rope variant ${JSON.stringify(variant)} for Phi 3`, `Supported: ${variants.join(', ')}.`);
  const dimensions = partialRotary(config, args.headDimension);
  return { ...args, rope: readRope(config, { dimensions, scaling: scaling ?? null }) };
}

function transformerBlock(graph: GraphBuilder, args: Phi3Arguments, x: ValueId, path: string): ValueId {
  return preNormLayer(graph, x, path, {
    norm: rmsNorm(graph, args),
    attention: (h) => selfAttention(graph, h, `${path}.self_attn`, { ...args, fused: 'qkv_proj' }),
    mlp: (h) => gatedMlp(graph, h, `${path}.mlp`, { ...args, fused: 'gate_up_proj' }),
  });
}

function buildGraph(graph: GraphBuilder, args: Phi3Arguments): GraphResult {
  return decoder(graph, args, { layer: (x, path) => transformerBlock(graph, args, x, path) });
}

/** Phi 3 to 4. Source: mlx-lm `models/phi3.py`. */
export const phi3: Architecture = defineArchitecture({ modelType: 'phi3', readArguments, buildGraph, sanitize: dropUnused });

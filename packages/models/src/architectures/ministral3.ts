import type { ValueId } from '@mlxengine/core/graph';
import type { ConfigReader } from '../config/config-reader.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import type { RopeSettings } from '../graph/rope-settings.js';
import type { CheckpointTensors } from '../sanitize/checkpoint-tensors.js';
import { dequantizeFloat8 } from '../sanitize/rewrites.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture, GraphResult } from './architecture.js';
import { limits } from './limits.js';
import { selfAttention } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import type { DecoderArguments } from './parts/decoder-arguments.js';
import { decoder, preNormLayer, rmsNorm } from './parts/decoder.js';
import { readAttentionTypes, readWindows } from './parts/layer-types.js';
import { checkActivation, gatedMlp } from './parts/mlp.js';
import { readRope } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';

/** What a config of Ministral 3 says. */
export interface Ministral3Arguments extends DecoderArguments {
  readonly rope: RopeSettings;
  /** Of each layer; `undefined`: full attention. */
  readonly windows: readonly (number | undefined)[];
  /** How queries grow with their position. */
  readonly growth: { readonly beta: number; readonly length: number };
}

/** Reads what `buildMinistral3` takes. */
export function readMinistral3(config: ConfigReader): Ministral3Arguments {
  checkActivation(config, ['silu', 'swish']);
  const args = readDecoder(config);
  const parameters = config.object('rope_parameters');
  if (parameters === undefined) throw config.invalid('rope_parameters', '{…}');
  return {
    ...args,
    rope: readRope(parameters, { dimensions: args.headDimension, traditional: false, scaling: parameters }),
    windows: readWindows(config, readAttentionTypes(config, args.layers)),
    growth: {
      beta: parameters.number('llama_4_scaling_beta', { minimum: 0, maximum: 1e3 }),
      length: parameters.integer('original_max_position_embeddings', limits.context),
    },
  };
}

function transformerBlock(graph: GraphBuilder, args: Ministral3Arguments, x: ValueId, path: string, layer: number): ValueId {
  return preNormLayer(graph, x, path, {
    norm: rmsNorm(graph, args),
    attention: (h) => selfAttention(graph, h, `${path}.self_attn`, {
      ...args, window: args.windows[layer], rotated: (value, name) => (name === 'q_norm' ? graph.positionScale(value, args.growth) : value),
    }),
    mlp: (h) => gatedMlp(graph, h, `${path}.mlp`, args),
  });
}

/** The graph of `readMinistral3`'s arguments; `prefix` comes before every name. */
export function buildMinistral3(graph: GraphBuilder, args: Ministral3Arguments, prefix = ''): GraphResult {
  return decoder(graph, args, { prefix, layer: (x, path, layer) => transformerBlock(graph, args, x, path, layer) });
}

/** Multiplies weights by their scales. */
export function sanitizeMinistral3(tensors: CheckpointTensors, { tieWordEmbeddings }: { readonly tieWordEmbeddings: boolean }, prefix = ''): void {
  dropUnused(tensors, { tieWordEmbeddings, prefix });
  tensors.drop((name) => name.includes('activation_scale'));
  for (const name of tensors.names().filter((found) => found.endsWith('.weight_scale_inv'))) {
    const scale = tensors.take(name);
    tensors.update(name.replace('_scale_inv', ''), (weight) => (
      weight.dtype === 'F8_E4M3' || weight.dtype === 'U8'
        ? dequantizeFloat8(weight, scale)
        : weight.multiply(scale)));
  }
}

/** Ministral 3. Source: mlx-lm `models/ministral3.py`. */
export const ministral3: Architecture = defineArchitecture({
  modelType: 'ministral3',
  readArguments: readMinistral3,
  buildGraph: buildMinistral3,
  sanitize: sanitizeMinistral3,
});

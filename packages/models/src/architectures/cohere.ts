import type { ValueId } from '@mlxengine/core/graph';
import type { ConfigReader } from '../config/config-reader.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import type { RopeSettings } from '../graph/rope-settings.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture, GraphResult } from './architecture.js';
import { selfAttention } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import type { DecoderArguments } from './parts/decoder-arguments.js';
import { decoder, layerNorm } from './parts/decoder.js';
import { headNorm } from './parts/head-norm.js';
import { checkActivation, gatedMlp } from './parts/mlp.js';
import { readRope } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';

/** What a config of Cohere's models says. */
export interface CohereArguments extends DecoderArguments {
  readonly attentionBias: boolean;
  readonly normBias: boolean;
  readonly queryKeyNorm: boolean;
  readonly logitScale: number;
  /** Of each layer; `undefined`: no rotation. */
  readonly ropes: readonly (RopeSettings | undefined)[];
  /** Of each layer; `undefined`: full attention. */
  readonly windows: readonly (number | undefined)[];
}

/** Reads what Cohere's models have in common, their embeddings tied. */
export function readCohere(config: ConfigReader, headDimension: 'read' | 'derived'): CohereArguments {
  checkActivation(config, ['silu', 'swish']);
  const args = { ...readDecoder(config, { epsilon: 'layer_norm_eps', headDimension }), tieWordEmbeddings: true };
  const rope = readRope(config, { dimensions: args.headDimension, traditional: true });
  return {
    ...args,
    attentionBias: config.boolean('attention_bias', false),
    normBias: config.boolean('layer_norm_bias', false),
    queryKeyNorm: config.boolean('use_qk_norm', false),
    logitScale: config.number('logit_scale', { minimum: -1e6, maximum: 1e6 }, 0.0625),
    ropes: Array.from({ length: args.layers }, () => rope),
    windows: Array.from({ length: args.layers }, () => undefined),
  };
}

const defaults = {
  hidden_size: 8192, num_hidden_layers: 40, intermediate_size: 22528, num_attention_heads: 64, num_key_value_heads: 64,
  rope_theta: 8000000, vocab_size: 256000, layer_norm_eps: 1e-5,
};

/** Attention and MLP side by side behind one norm. */
function transformerBlock(graph: GraphBuilder, args: CohereArguments, x: ValueId, path: string, layer: number): ValueId {
  const { attentionBias: bias, ropes, windows, queryKeyNorm } = args;
  const attention = `${path}.self_attn`;
  const h = layerNorm(graph, args, { bias: args.normBias })(x, `${path}.input_layernorm`);
  const attended = selfAttention(graph, h, attention, {
    ...args, bias, outputBias: bias, rope: ropes[layer], window: windows[layer],
    split: queryKeyNorm ? headNorm(graph, args, (name) => `${attention}.${name}`) : undefined,
  });
  return graph.add(graph.add(attended, gatedMlp(graph, h, `${path}.mlp`, args)), x);
}

/** The graph of `readCohere`'s arguments. */
export function buildCohere(graph: GraphBuilder, args: CohereArguments): GraphResult {
  return decoder(graph, args, {
    layer: (x, path, layer) => transformerBlock(graph, args, x, path, layer),
    norm: layerNorm(graph, args, { bias: args.normBias }),
    afterHead: (logits) => graph.scale(logits, args.logitScale),
  });
}

/** Command R and R+. Source: mlx-lm `models/cohere.py`. */
export const cohere: Architecture = defineArchitecture({
  modelType: 'cohere',
  readArguments: (config) => readCohere(config.withDefaults(defaults), 'derived'),
  buildGraph: buildCohere,
  sanitize: dropUnused,
});

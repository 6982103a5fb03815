import type { ValueId } from '@mlxengine/core/graph';
import type { ConfigReader } from '../config/config-reader.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import type { RopeSettings } from '../graph/rope-settings.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture, GraphResult } from './architecture.js';
import { limits } from './limits.js';
import { selfAttention } from './parts/attention.js';
import type { HeadChange } from './parts/attention.js';
import { toBfloat16 } from './parts/bfloat16.js';
import { readDecoder } from './parts/decoder-arguments.js';
import type { DecoderArguments } from './parts/decoder-arguments.js';
import { decoder, rmsNorm, sandwichNormLayer } from './parts/decoder.js';
import { everyNth, readAttentionTypes, readWindows } from './parts/layer-types.js';
import { checkActivation, gatedMlp } from './parts/mlp.js';
import { readRope } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';

/** What the configuration of Gemma 3's text part says. */
export interface Gemma3Arguments extends DecoderArguments {
  readonly scale: number;
  /** Of each layer. */
  readonly ropes: readonly RopeSettings[];
  /** Of each layer; `undefined`: full attention. */
  readonly windows: readonly (number | undefined)[];
  /** On the embeddings. */
  readonly embeddingScale: number;
}

/**
 * Reads what {@link buildGemma3} takes.
 * @param prefix - of the text part's tensors
 */
export function readGemma3(given: ConfigReader, names: ReadonlySet<string>, prefix = ''): Gemma3Arguments {
  const config = given.withDefaults({
    hidden_size: 1152, num_hidden_layers: 26, intermediate_size: 6912, num_attention_heads: 4, head_dim: 256, rms_norm_eps: 1e-6, vocab_size: 262144,
    num_key_value_heads: 1, max_position_embeddings: 131072, sliding_window: 512,
  });
  checkActivation(config, ['gelu_pytorch_tanh'], 'hidden_activation');
  const args = readDecoder(config);
  const bidirectional = config.boolean('use_bidirectional_attention', false);
  const pattern = everyNth(config.integer('sliding_window_pattern', limits.layers, 6));
  // mlx-lm, which does not embed, goes by the pattern alone.
  const types = bidirectional && !config.has('sliding_window_pattern')
    ? readAttentionTypes(config, args.layers, pattern) : Array.from({ length: args.layers }, (_, layer) => pattern(layer));
  const { headDimension: dimensions } = args;
  const global = readRope(config, { dimensions, defaultBase: 1e6, traditional: false, layerType: 'full_attention' });
  const local = readRope(config, { dimensions, base: 'rope_local_base_freq', traditional: false, scaling: null, layerType: 'sliding_attention' });
  return {
    ...args,
    tieWordEmbeddings: names.size > 0 ? !names.has(`${prefix}lm_head.weight`) : args.tieWordEmbeddings,
    scale: config.number('query_pre_attn_scalar', limits.scalar, 256) ** -0.5,
    ropes: types.map((type) => (type === 'full_attention' ? global : local)),
    windows: readWindows(config, types),
    // The model that generates was trained with a factor in bfloat16; EmbeddingGemma's is exact in transformers.
    embeddingScale: bidirectional ? args.hiddenSize ** 0.5 : toBfloat16(args.hiddenSize ** 0.5),
  };
}

function transformerBlock(graph: GraphBuilder, args: Gemma3Arguments, x: ValueId, path: string, layer: number): ValueId {
  const norm = rmsNorm(graph, args, 1);
  const split: HeadChange = (value, name) => norm(value, `${path}.self_attn.${name}`);
  return sandwichNormLayer(graph, x, path, {
    norm,
    attention: (h) => selfAttention(graph, h, `${path}.self_attn`, { ...args, split, rope: args.ropes[layer], window: args.windows[layer] }),
    mlp: (h) => gatedMlp(graph, h, `${path}.mlp`, { ...args, activation: 'geluTanh' }),
  });
}

/** The graph of {@link readGemma3}'s arguments. */
export function buildGemma3(graph: GraphBuilder, args: Gemma3Arguments, prefix = ''): GraphResult {
  return decoder(graph, args, {
    prefix,
    layer: (x, path, layer) => transformerBlock(graph, args, x, path, layer),
    norm: rmsNorm(graph, args, 1),
    embeddingScale: args.embeddingScale,
  });
}

/** Gemma 3 without its eyes. Source: mlx-lm `models/gemma3_text.py`. */
export const gemma3_text: Architecture = defineArchitecture({
  modelType: 'gemma3_text',
  readArguments: readGemma3,
  buildGraph: buildGemma3,
  sanitize: dropUnused,
});

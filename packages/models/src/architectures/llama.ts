import { UnsupportedFeatureError } from '@mlxengine/core';
import type { ValueId } from '@mlxengine/core/graph';
import type { ConfigReader } from '../config/config-reader.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import { ropeSettings } from '../graph/rope-scaling.js';
import type { RopeSettings } from '../graph/rope-settings.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture } from './architecture.js';
import { limits } from './limits.js';

interface LlamaArguments {
  readonly hiddenSize: number;
  readonly layers: number;
  readonly intermediateSize: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headDimension: number;
  readonly epsilon: number;
  readonly vocabularySize: number;
  readonly contextLength: number;
  readonly attentionBias: boolean;
  readonly mlpBias: boolean;
  readonly rope: RopeSettings;
  readonly tieWordEmbeddings: boolean;
}

function readArguments(config: ConfigReader): LlamaArguments {
  const hiddenSize = config.integer('hidden_size', limits.hiddenSize);
  const layers = config.integer('num_hidden_layers', limits.layers);
  const heads = config.integer('num_attention_heads', limits.heads);
  const keyValueHeads = config.integer('num_key_value_heads', limits.heads, heads);
  if (heads % keyValueHeads !== 0) throw config.invalid('num_key_value_heads', `n, ${heads} / n`);
  checkFeatures(config, layers);
  const headDimension = readHeadDimension(config, hiddenSize, heads);
  return {
    hiddenSize, layers, heads, keyValueHeads, headDimension,
    intermediateSize: config.integer('intermediate_size', limits.intermediateSize),
    epsilon: config.number('rms_norm_eps', limits.epsilon),
    vocabularySize: config.integer('vocab_size', limits.vocabulary),
    contextLength: readContextLength(config),
    attentionBias: config.boolean('attention_bias', false),
    mlpBias: config.boolean('mlp_bias', false),
    rope: readRope(config, headDimension),
    tieWordEmbeddings: config.boolean('tie_word_embeddings', true),
  };
}

function readHeadDimension(config: ConfigReader, hiddenSize: number, heads: number): number {
  const headDimension = config.integer('head_dim', limits.headDimension, Math.floor(hiddenSize / heads));
  if (headDimension % 2 !== 0) throw config.invalid('head_dim', `2 · n (found ${headDimension})`);
  return headDimension;
}

/**
 * A window without `layer_types` (the first Mistral) is taken as the context's end: up to there, full attention as mlx-lm
 * computes it and windowed attention as the model was trained are the same. 2048 is LlamaConfig's default in
 * transformers.
 */
function readContextLength(config: ConfigReader): number {
  const context = config.integer('max_position_embeddings', limits.context, 2048);
  const window = config.has('layer_types') ? undefined : config.optionalInteger('sliding_window', limits.context);
  return Math.min(context, window ?? context);
}

/** transformers 5 keeps theta and scaling together in `rope_parameters`. */
function readRope(config: ConfigReader, dimensions: number): RopeSettings {
  const parameters = config.object('rope_parameters');
  const base = config.number('rope_theta', limits.ropeBase, parameters?.number('rope_theta', limits.ropeBase, 10000) ?? 10000);
  const scaling = config.object('rope_scaling') ?? parameters;
  return ropeSettings({ dimensions, base, traditional: config.boolean('rope_traditional', false), scaling });
}

function checkFeatures(config: ConfigReader, layers: number): void {
  const layerTypes = config.optionalStrings('layer_types');
  if (layerTypes && layerTypes.length !== layers) throw config.invalid('layer_types', `[${layers} × string]`);
  const other = layerTypes?.find((type) => type !== 'full_attention');
  if (other !== undefined) throw unsupported(`layers of the type ${JSON.stringify(other)}`);
  const activation = config.string('hidden_act', 'silu');
  if (activation !== 'silu' && activation !== 'swish') throw unsupported(`the activation ${JSON.stringify(activation)}`);
}

function unsupported(feature: string): UnsupportedFeatureError {
  return new UnsupportedFeatureError('feature.unsupported', {
    component: 'The architecture llama', feature, remedy: 'Choose another model.',
  });
}

function attention(graph: GraphBuilder, args: LlamaArguments, x: ValueId, layer: string): ValueId {
  const { heads, keyValueHeads, headDimension, attentionBias: bias } = args;
  const project = (name: string, count: number): ValueId => {
    const projected = graph.linear(x, `${layer}.self_attn.${name}`, { dimensions: count * headDimension, bias });
    return graph.reshape(projected, [count, headDimension]);
  };
  const queries = project('q_proj', heads);
  const keys = project('k_proj', keyValueHeads);
  const values = project('v_proj', keyValueHeads);
  const attended = graph.attention({
    queries: graph.rope(queries, args.rope), keys: graph.rope(keys, args.rope), values, state: layer, scale: headDimension ** -0.5,
  });
  const joined = graph.reshape(attended, [heads * headDimension]);
  return graph.linear(joined, `${layer}.self_attn.o_proj`, { dimensions: args.hiddenSize, bias });
}

function mlp(graph: GraphBuilder, args: LlamaArguments, x: ValueId, layer: string): ValueId {
  const { intermediateSize, mlpBias: bias } = args;
  const gate = graph.linear(x, `${layer}.mlp.gate_proj`, { dimensions: intermediateSize, bias });
  const up = graph.linear(x, `${layer}.mlp.up_proj`, { dimensions: intermediateSize, bias });
  return graph.linear(graph.gated('silu', gate, up), `${layer}.mlp.down_proj`, { dimensions: args.hiddenSize, bias });
}

function transformerBlock(graph: GraphBuilder, args: LlamaArguments, x: ValueId, layer: string): ValueId {
  const { epsilon } = args;
  const attended = attention(graph, args, graph.rmsNorm(x, `${layer}.input_layernorm`, { epsilon }), layer);
  const h = graph.add(x, attended);
  return graph.add(h, mlp(graph, args, graph.rmsNorm(h, `${layer}.post_attention_layernorm`, { epsilon }), layer));
}

function buildGraph(graph: GraphBuilder, args: LlamaArguments): { logits: ValueId; contextLength: number } {
  const { vocabularySize, hiddenSize, epsilon, contextLength } = args;
  let h = graph.embedding(graph.tokens(), 'model.embed_tokens', { rows: vocabularySize, dimensions: hiddenSize });
  for (let layer = 0; layer < args.layers; layer += 1) h = transformerBlock(graph, args, h, `model.layers.${layer}`);
  h = graph.rmsNorm(graph.selectRows(h), 'model.norm', { epsilon });
  const head = args.tieWordEmbeddings ? 'model.embed_tokens' : 'lm_head';
  return { logits: graph.linear(h, head, { dimensions: vocabularySize }), contextLength };
}

/** Llama 1 to 3, Mistral, SmolLM 1 and 2 and what has their shape. Source: mlx-lm `models/llama.py` and `MODEL_REMAPPING`. */
export const llama: Architecture = defineArchitecture({
  modelType: 'llama',
  aliases: ['mistral', 'iquestcoder', 'xverse'],
  readArguments,
  buildGraph,
  sanitize: (tensors, { tieWordEmbeddings }) => {
    tensors.drop((name) => name.includes('self_attn.rotary_emb.inv_freq') || (tieWordEmbeddings && name.startsWith('lm_head.')));
  },
});

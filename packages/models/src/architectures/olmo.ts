import type { ValueId } from '@mlxengine/core/graph';
import { ConfigReader } from '../config/config-reader.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import type { RopeSettings } from '../graph/rope-settings.js';
import type { CheckpointTensors } from '../sanitize/checkpoint-tensors.js';
import { SymbolicTensor } from '../sanitize/symbolic-tensor.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture, GraphResult } from './architecture.js';
import { limits } from './limits.js';
import { attend, joinHeads, shapeHeads } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import type { DecoderArguments } from './parts/decoder-arguments.js';
import { checkActivation } from './parts/mlp.js';
import { readRope } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';
import { unsupported } from './parts/unsupported.js';

interface OlmoArguments extends DecoderArguments {
  readonly rope: RopeSettings;
  /** Queries, keys and values lie between it and its negative. */
  readonly clip: number | undefined;
}

function readArguments(given: ConfigReader): OlmoArguments {
  const config = (given.has('d_model') ? withUsualKeys(given) : given).withDefaults({ tie_word_embeddings: false, norm_epsilon: 1e-5 });
  checkActivation(config, ['silu', 'swish']);
  if (config.boolean('attention_bias', false)) throw unsupported('attention_bias');
  const args = readDecoder(config, { epsilon: 'norm_epsilon', headDimension: 'derived' });
  return { ...args, rope: readRope(config, { dimensions: args.headDimension }), clip: config.optionalNumber('clip_qkv', { minimum: 1e-6, maximum: 1e6 }) };
}

/** AI2's own configs by transformers' names. */
function withUsualKeys(config: ConfigReader): ConfigReader {
  for (const key of ['alibi', 'include_bias', 'multi_query_attention', 'layer_norm_with_affine', 'attention_layer_norm']) {
    if (config.boolean(key, false)) throw unsupported(key);
  }
  const hiddenSize = config.integer('d_model', limits.hiddenSize);
  const ratio = config.integer('mlp_ratio', { minimum: 1, maximum: 1024 }, 4);
  return new ConfigReader({
    hidden_size: hiddenSize, num_hidden_layers: config.raw('n_layers'), num_attention_heads: config.raw('n_heads'),
    intermediate_size: config.integer('mlp_hidden_size', limits.intermediateSize, ratio * hiddenSize) / 2,
    vocab_size: config.raw('embedding_size') ?? config.raw('vocab_size'), max_position_embeddings: config.raw('max_sequence_length'),
    rope_theta: config.raw('rope_theta'), rope_traditional: config.raw('rope_traditional'),
    tie_word_embeddings: config.raw('weight_tying'), clip_qkv: config.raw('clip_qkv'),
  });
}

function norm(graph: GraphBuilder, { epsilon }: OlmoArguments, x: ValueId): ValueId {
  return graph.layerNorm(x, undefined, { epsilon });
}

function attention(graph: GraphBuilder, args: OlmoArguments, x: ValueId, path: string): ValueId {
  const { heads, keyValueHeads, headDimension, hiddenSize, rope, clip } = args;
  const sizes = [heads * headDimension, keyValueHeads * headDimension, keyValueHeads * headDimension] as const;
  const fused = graph.linear(x, `${path}.att_proj`, { dimensions: sizes[0] + sizes[1] + sizes[2] });
  const [queries, keys, values] = graph.split(clip === undefined ? fused : graph.clip(fused, { minimum: -clip, maximum: clip }), sizes);
  const attended = attend(graph, shapeHeads(graph, { queries, keys, values }, args), { state: path, rope });
  return graph.linear(joinHeads(graph, attended), `${path}.attn_out`, { dimensions: hiddenSize });
}

function mlp(graph: GraphBuilder, { intermediateSize, hiddenSize }: OlmoArguments, x: ValueId, path: string): ValueId {
  const fused = graph.linear(x, `${path}.ff_proj`, { dimensions: 2 * intermediateSize });
  const [up, gate] = graph.split(fused, [intermediateSize, intermediateSize]);
  return graph.linear(graph.gated('silu', gate, up), `${path}.ff_out`, { dimensions: hiddenSize });
}

function transformerBlock(graph: GraphBuilder, args: OlmoArguments, x: ValueId, path: string): ValueId {
  const h = graph.add(x, attention(graph, args, norm(graph, args, x), path));
  return graph.add(h, mlp(graph, args, norm(graph, args, h), path));
}

function buildGraph(graph: GraphBuilder, args: OlmoArguments): GraphResult {
  const { vocabularySize, hiddenSize, contextLength, tieWordEmbeddings } = args;
  let h = graph.embedding(graph.tokens(), 'model.transformer.wte', { rows: vocabularySize, dimensions: hiddenSize });
  for (let layer = 0; layer < args.layers; layer += 1) h = transformerBlock(graph, args, h, `model.transformer.blocks.${layer}`);
  const head = tieWordEmbeddings ? 'model.transformer.wte' : 'model.transformer.ff_out';
  return { logits: graph.linear(norm(graph, args, graph.selectRows(h)), head, { dimensions: vocabularySize }), contextLength };
}

const renamed: readonly (readonly [RegExp, string])[] = [
  [/^model\.embed_tokens\./, 'model.transformer.wte.'], [/^lm_head\./, 'model.transformer.ff_out.'],
  [/^model\.layers\.(\d+)\.self_attn\.o_proj\./, 'model.transformer.blocks.$1.attn_out.'],
  [/^model\.layers\.(\d+)\.mlp\.down_proj\./, 'model.transformer.blocks.$1.ff_out.'],
];

/** transformers' names and parts become AI2's, which mlx-lm has. */
function sanitize(tensors: CheckpointTensors, args: OlmoArguments): void {
  dropUnused(tensors, args);
  tensors.rename((name) => renamed.reduce((current, [old, own]) => current.replace(old, own), name));
  for (let layer = 0; layer < args.layers; layer += 1) {
    const [old, own] = [`model.layers.${layer}`, `model.transformer.blocks.${layer}`];
    join(tensors, ['q_proj', 'k_proj', 'v_proj'].map((name) => `${old}.self_attn.${name}`), `${own}.att_proj`);
    join(tensors, ['up_proj', 'gate_proj'].map((name) => `${old}.mlp.${name}`), `${own}.ff_proj`);
  }
}

function join(tensors: CheckpointTensors, parts: readonly string[], path: string): void {
  for (const kind of ['weight', 'scales', 'biases']) {
    if (!tensors.has(`${parts[0] ?? ''}.${kind}`)) continue;
    tensors.set(`${path}.${kind}`, SymbolicTensor.concat(parts.map((part) => tensors.take(`${part}.${kind}`)), 0));
  }
}

/** OLMo 1, as AI2 and as transformers lays it out. Source: mlx-lm `models/olmo.py`. */
export const olmo: Architecture = defineArchitecture({ modelType: 'olmo', readArguments, buildGraph, sanitize });

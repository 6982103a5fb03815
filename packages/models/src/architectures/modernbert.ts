import type { UnaryFunction, ValueId } from '@mlxengine/core/graph';
import type { ConfigReader } from '../config/config-reader.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import { ropeSettings } from '../graph/rope-scaling.js';
import type { RopeSettings } from '../graph/rope-settings.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture } from './architecture.js';
import { limits } from './limits.js';
import { encoderAttention, readActivation, readEncoderHeads, readLabels } from './parts/encoder.js';
import type { EncoderArguments } from './parts/encoder.js';
import { readAttentionTypes } from './parts/layer-types.js';
import type { AttentionType } from './parts/layer-types.js';

interface ModernBertArguments extends EncoderArguments {
  readonly normBias: boolean;
  readonly attentionBias: boolean;
  readonly mlpBias: boolean;
  readonly types: readonly AttentionType[];
  readonly ropes: Readonly<Record<AttentionType, RopeSettings>>;
  readonly window: number;
  readonly classifier: { readonly pooling: 'first' | 'mean'; readonly activation: UnaryFunction; readonly bias: boolean };
}

function readRope(config: ConfigReader, type: AttentionType, dimensions: number): RopeSettings {
  const [key, fallback] = type === 'full_attention' ? ['global_rope_theta', 160000] as const : ['local_rope_theta', 10000] as const;
  const parameters = config.object('rope_parameters')?.object(type);
  const base = parameters?.number('rope_theta', limits.ropeBase, fallback) ?? config.number(key, limits.ropeBase, fallback);
  if (dimensions % 2 !== 0) throw config.invalid('num_attention_heads', 'heads of an even size');
  return ropeSettings({ dimensions, base, traditional: false, scaling: parameters ?? config.object('rope_scaling') });
}

function readArguments(config: ConfigReader): ModernBertArguments {
  const hiddenSize = config.integer('hidden_size', limits.hiddenSize, 768);
  const layers = config.integer('num_hidden_layers', limits.layers, 22);
  const heads = readEncoderHeads(config.withDefaults({ num_attention_heads: 12 }), hiddenSize);
  const every = config.integer('global_attn_every_n_layers', limits.layers, 3);
  const pooling = config.string('classifier_pooling', 'cls');
  if (pooling !== 'cls' && pooling !== 'mean') throw config.invalid('classifier_pooling', 'cls | mean');
  return {
    hiddenSize, layers, heads,
    intermediateSize: config.integer('intermediate_size', limits.intermediateSize, 1152),
    epsilon: config.number('norm_eps', limits.epsilon, 1e-5),
    vocabularySize: config.integer('vocab_size', limits.vocabulary, 50368),
    contextLength: config.integer('max_position_embeddings', limits.context, 8192),
    activation: readActivation(config, 'hidden_activation'),
    labels: readLabels(config),
    normBias: config.boolean('norm_bias', false),
    attentionBias: config.boolean('attention_bias', false),
    mlpBias: config.boolean('mlp_bias', false),
    types: readAttentionTypes(config, layers, (layer) => (layer % every === 0 ? 'full_attention' : 'sliding_attention')),
    ropes: { full_attention: readRope(config, 'full_attention', hiddenSize / heads), sliding_attention: readRope(config, 'sliding_attention', hiddenSize / heads) },
    // Half of the window lies on each side of a token, which comes in addition.
    window: Math.floor(config.integer('local_attention', limits.context, 128) / 2) + 1,
    classifier: { pooling: pooling === 'cls' ? 'first' : 'mean', activation: readActivation(config, 'classifier_activation'), bias: config.boolean('classifier_bias', false) },
  };
}

function layer(graph: GraphBuilder, x: ValueId, index: number, args: ModernBertArguments): ValueId {
  const { hiddenSize, heads, intermediateSize: size, epsilon, activation, normBias, attentionBias, mlpBias } = args;
  const path = `layers.${index}`;
  const type = args.types[index]!;
  // The embeddings' norm serves the first layer.
  const normed = index === 0 ? x : graph.layerNorm(x, `${path}.attn_norm`, { epsilon, bias: normBias });
  const [queries, keys, values] = graph.split(
    graph.linear(normed, `${path}.attn.Wqkv`, { dimensions: 3 * hiddenSize, bias: attentionBias }), [hiddenSize, hiddenSize, hiddenSize]);
  const attended = encoderAttention(graph, { queries, keys, values }, {
    heads, rotate: (value) => graph.rope(value, args.ropes[type]), window: type === 'sliding_attention' ? args.window : undefined,
  });
  const h = graph.add(x, graph.linear(attended, `${path}.attn.Wo`, { dimensions: hiddenSize, bias: attentionBias }));
  const [input, gate] = graph.split(
    graph.linear(graph.layerNorm(h, `${path}.mlp_norm`, { epsilon, bias: normBias }), `${path}.mlp.Wi`, { dimensions: 2 * size, bias: mlpBias }), [size, size]);
  return graph.add(h, graph.linear(graph.multiply(graph.unary(activation, input), gate), `${path}.mlp.Wo`, { dimensions: hiddenSize, bias: mlpBias }));
}

/** ModernBERT, GTE and Nomic's embeddings on it, also as cross-encoders. Source: transformers `models/modernbert/modeling_modernbert.py`. */
export const modernbert: Architecture = defineArchitecture({
  modelType: 'modernbert',
  readArguments,
  buildGraph: (graph, args) => {
    const { hiddenSize, epsilon, normBias, vocabularySize, contextLength, labels, classifier } = args;
    const norm = (x: ValueId, path: string): ValueId => graph.layerNorm(x, path, { epsilon, bias: normBias });
    let h = norm(graph.embedding(graph.tokens(), 'embeddings.tok_embeddings', { rows: vocabularySize, dimensions: hiddenSize }), 'embeddings.norm');
    for (let index = 0; index < args.layers; index += 1) h = layer(graph, h, index, args);
    const hidden = norm(h, 'final_norm');
    if (labels === undefined) return { hidden, vocabularySize, contextLength };
    const dense = graph.linear(graph.pool(hidden, classifier.pooling), 'head.dense', { dimensions: hiddenSize, bias: classifier.bias });
    const head = norm(graph.unary(classifier.activation, dense), 'head.norm');
    return { hidden, pooled: graph.linear(head, 'classifier', { dimensions: labels, bias: true }), vocabularySize, contextLength };
  },
  sanitize: (tensors, { labels }) => {
    tensors.rename((name) => {
      const plain = name.replace(/^model\./, '');
      return /^decoder\./.test(plain) || (labels === undefined && /^(head|classifier)\./.test(plain)) ? undefined : plain;
    });
  },
});

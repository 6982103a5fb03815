import type { ValueId } from '@mlxengine/core/graph';
import type { Bounds, ConfigReader } from '../config/config-reader.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import type { CheckpointTensors } from '../sanitize/checkpoint-tensors.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture } from './architecture.js';
import { limits } from './limits.js';
import { encoderAttention, readActivation, readEncoderHeads, readLabels } from './parts/encoder.js';
import type { EncoderArguments } from './parts/encoder.js';
import { unsupported } from './parts/unsupported.js';

/** What a config of BERT or RoBERTa says. */
export interface BertArguments extends EncoderArguments {
  /** Rows of the position embedding, of which those from `firstPosition` on count tokens. */
  readonly positions: number;
  readonly firstPosition: number;
  readonly tokenTypes: number;
}

const typeBounds: Bounds = { minimum: 1, maximum: 256 };

/** Reads {@link BertArguments}. @param firstPosition - row of the first token's position */
export function readBert(config: ConfigReader, firstPosition: number): BertArguments {
  const kind = config.string('position_embedding_type', 'absolute');
  if (kind !== 'absolute') throw unsupported(`position embeddings of the type ${JSON.stringify(kind)}`);
  if (config.boolean('is_decoder', false)) throw unsupported('BERT as a decoder');
  const hiddenSize = config.integer('hidden_size', limits.hiddenSize);
  const positions = config.integer('max_position_embeddings', { ...limits.context, minimum: firstPosition + 1 });
  return {
    hiddenSize, positions, firstPosition,
    layers: config.integer('num_hidden_layers', limits.layers),
    heads: readEncoderHeads(config, hiddenSize),
    intermediateSize: config.integer('intermediate_size', limits.intermediateSize),
    epsilon: config.number('layer_norm_eps', limits.epsilon, 1e-12),
    vocabularySize: config.integer('vocab_size', limits.vocabulary),
    tokenTypes: config.integer('type_vocab_size', typeBounds, 2),
    contextLength: positions - firstPosition,
    activation: readActivation(config, 'hidden_act'),
    labels: readLabels(config),
  };
}

function embeddings(graph: GraphBuilder, args: BertArguments): ValueId {
  const { vocabularySize, hiddenSize: dimensions, positions, firstPosition, tokenTypes, epsilon } = args;
  const words = graph.embedding(graph.tokens(), 'embeddings.word_embeddings', { rows: vocabularySize, dimensions });
  const places = graph.embedding(graph.positions(firstPosition), 'embeddings.position_embeddings', { rows: positions, dimensions });
  const types = graph.embedding(graph.tokenTypes(), 'embeddings.token_type_embeddings', { rows: tokenTypes, dimensions, limit: tokenTypes });
  return graph.layerNorm(graph.add(graph.add(words, places), types), 'embeddings.LayerNorm', { epsilon });
}

function layer(graph: GraphBuilder, x: ValueId, path: string, args: BertArguments): ValueId {
  const { hiddenSize, heads, intermediateSize, epsilon, activation } = args;
  const linear = (input: ValueId, name: string, dimensions: number): ValueId => graph.linear(input, `${path}.${name}`, { dimensions, bias: true });
  const project = (name: string): ValueId => linear(x, `attention.self.${name}`, hiddenSize);
  const attended = encoderAttention(graph, { queries: project('query'), keys: project('key'), values: project('value') }, { heads });
  const h = graph.layerNorm(graph.add(linear(attended, 'attention.output.dense', hiddenSize), x), `${path}.attention.output.LayerNorm`, { epsilon });
  const up = graph.unary(activation, linear(h, 'intermediate.dense', intermediateSize));
  return graph.layerNorm(graph.add(linear(up, 'output.dense', hiddenSize), h), `${path}.output.LayerNorm`, { epsilon });
}

/** Vectors of all tokens, `[tokens, hiddenSize]`. */
export function bertEncoder(graph: GraphBuilder, args: BertArguments): ValueId {
  let h = embeddings(graph, args);
  for (let index = 0; index < args.layers; index += 1) h = layer(graph, h, `encoder.layer.${index}`, args);
  return h;
}

/** Takes prefixes and old names away and drops what no graph reads; the pooler and the classifier stay where there are labels. */
export function sanitizeBert(tensors: CheckpointTensors, { labels }: Pick<BertArguments, 'labels'>): void {
  tensors.rename((name) => {
    const plain = name.replace(/^(model\.)?((bert|roberta)\.)?/, '').replace(/LayerNorm\.gamma$/, 'LayerNorm.weight').replace(/LayerNorm\.beta$/, 'LayerNorm.bias');
    const unread = /^(cls|lm_head)\.|position_ids$|token_type_ids$/.test(plain) || (labels === undefined && /^(pooler|classifier)\./.test(plain));
    return unread ? undefined : plain;
  });
}

/** BERT, MiniLM, BGE and E5, also as cross-encoders. Source: transformers `models/bert/modeling_bert.py`. */
export const bert: Architecture = defineArchitecture({
  modelType: 'bert',
  readArguments: (config) => readBert(config, 0),
  buildGraph: (graph, args) => {
    const { hiddenSize, labels, vocabularySize, contextLength } = args;
    const hidden = bertEncoder(graph, args);
    if (labels === undefined) return { hidden, vocabularySize, contextLength };
    const pooled = graph.unary('tanh', graph.linear(graph.pool(hidden, 'first'), 'pooler.dense', { dimensions: hiddenSize, bias: true }));
    return { hidden, pooled: graph.linear(pooled, 'classifier', { dimensions: labels, bias: true }), vocabularySize, contextLength };
  },
  sanitize: sanitizeBert,
});

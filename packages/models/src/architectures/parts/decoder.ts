import type { ValueId } from '@mlxengine/core/graph';
import type { LayerNormOptions } from '../../graph/builder/weight-builder.js';
import type { GraphBuilder } from '../../graph/graph-builder.js';
import type { GraphResult } from '../architecture.js';
import type { DecoderArguments } from './decoder-arguments.js';

/** A norm of `x` whose weight is at `path`. */
export type Norm = (x: ValueId, path: string) => ValueId;

/** A part of a layer: of `[tokens, hiddenSize]` to the same. */
export type Block = (x: ValueId) => ValueId;

/** How a family's ends depart from the usual. */
export interface DecoderParts {
  /** A layer; `path` is `model.layers.0` and so on. */
  readonly layer: (x: ValueId, path: string, index: number) => ValueId;
  /** The last norm; default {@link rmsNorm}. */
  readonly norm?: Norm;
  /** Name of the last norm; default `norm`. */
  readonly normName?: string;
  /** Factor on the embeddings; default 1. */
  readonly embeddingScale?: number;
  /** What comes between the last norm and the head, such as a factor. */
  readonly beforeHead?: Block;
  /** What becomes of the logits, such as a cap; default: nothing. */
  readonly afterHead?: Block;
  /** Whether the untied head has a bias; default false. */
  readonly headBias?: boolean;
  /** Before every name, such as `language_model.`; default none. */
  readonly prefix?: string;
}

/** Embeddings, all layers, the last norm and the head, tied or not, by the names of most checkpoints. */
export function decoder(graph: GraphBuilder, args: Omit<DecoderArguments, 'intermediateSize'>, parts: DecoderParts): GraphResult {
  const { prefix = '', layer, embeddingScale = 1, normName = 'norm', beforeHead, afterHead } = parts;
  const { norm = rmsNorm(graph, args) } = parts;
  const model = `${prefix}model`;
  let h = graph.scale(embedTokens(graph, args, model), embeddingScale);
  for (let index = 0; index < args.layers; index += 1) h = layer(h, `${model}.layers.${index}`, index);
  h = norm(graph.selectRows(h), `${model}.${normName}`);
  const logits = head(graph, beforeHead ? beforeHead(h) : h, args, { bias: parts.headBias ?? false, prefix });
  return { logits: afterHead ? afterHead(logits) : logits, contextLength: args.contextLength };
}

/** Rows of `embed_tokens` under `model`. */
function embedTokens(
  graph: GraphBuilder, { vocabularySize: rows, hiddenSize: dimensions }: Pick<DecoderArguments, 'vocabularySize' | 'hiddenSize'>, model = 'model',
): ValueId {
  return graph.embedding(graph.tokens(), `${model}.embed_tokens`, { rows, dimensions });
}

/** Logits by `lm_head`, or by the embedding where it is tied. */
export function head(
  graph: GraphBuilder, h: ValueId, { vocabularySize: dimensions, tieWordEmbeddings }: Pick<DecoderArguments, 'vocabularySize' | 'tieWordEmbeddings'>,
  { bias = false, prefix = '' }: { readonly bias?: boolean; readonly prefix?: string } = {},
): ValueId {
  if (tieWordEmbeddings) return graph.linear(h, `${prefix}model.embed_tokens`, { dimensions });
  return graph.linear(h, `${prefix}lm_head`, { dimensions, bias });
}

/** The root-mean-square norm of a graph with a config's epsilon. */
export function rmsNorm(graph: GraphBuilder, { epsilon }: { readonly epsilon: number }, weightOffset = 0): Norm {
  return (x, path) => graph.rmsNorm(x, path, { epsilon, weightOffset });
}

/** The norm that takes the mean away, too, with a config's epsilon. */
export function layerNorm(graph: GraphBuilder, { epsilon }: { readonly epsilon: number }, options: Omit<LayerNormOptions, 'epsilon'> = {}): Norm {
  return (x, path) => graph.layerNorm(x, path, { epsilon, ...options });
}

/** What {@link preNormLayer} takes besides the input. */
export interface PreNormParts {
  readonly norm: Norm;
  readonly attention: Block;
  readonly mlp: Block;
  /** Factor on what is added to the residual; default 1. */
  readonly residualScale?: number;
}

/** The usual layer: `h = x + attention(input_layernorm(x))`, then `h + mlp(post_attention_layernorm(h))`. */
export function preNormLayer(graph: GraphBuilder, x: ValueId, path: string, { norm, attention, mlp, residualScale = 1 }: PreNormParts): ValueId {
  const h = graph.add(x, graph.scale(attention(norm(x, `${path}.input_layernorm`)), residualScale));
  return graph.add(h, graph.scale(mlp(norm(h, `${path}.post_attention_layernorm`)), residualScale));
}

/** Gemma's layer: as {@link preNormLayer}, with a norm of what each part adds as well. */
export function sandwichNormLayer(graph: GraphBuilder, x: ValueId, path: string, { norm, attention, mlp }: Omit<PreNormParts, 'residualScale'>): ValueId {
  const attended = attention(norm(x, `${path}.input_layernorm`));
  const h = graph.add(x, norm(attended, `${path}.post_attention_layernorm`));
  const changed = mlp(norm(h, `${path}.pre_feedforward_layernorm`));
  return graph.add(h, norm(changed, `${path}.post_feedforward_layernorm`));
}

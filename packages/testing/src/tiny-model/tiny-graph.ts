import type { ModelGraph, ValueId } from '@mlxengine/core/graph';
import { GraphDraft } from '../graph-draft/graph-draft.js';
import type { TinyModelShape } from './tiny-model-options.js';

/** Base of the rotary frequencies, as in llama. */
export const ropeBase = 10_000;
/** Epsilon of every norm. */
export const normEpsilon = 1e-5;

/** The graph of a tiny llama-like model: every operation that the `llama` family uses. */
export function tinyGraph(shape: TinyModelShape): ModelGraph {
  const graph = new GraphDraft();
  const { vocabularySize, hiddenSize, contextLength } = shape;
  let hidden = graph.embedding(graph.tokens(), 'model.embed_tokens', [vocabularySize, hiddenSize]);
  for (let layer = 0; layer < shape.layers; layer++) hidden = addLayer(graph, shape, `model.layers.${layer}`, hidden);
  const rows = graph.selectRows(graph.rmsNorm(hidden, 'model.norm', normEpsilon));
  const logits = graph.linear(shape.tiedEmbedding ? 'model.embed_tokens' : 'lm_head', rows, vocabularySize);
  return graph.finish({ architecture: 'llama', outputs: { logits }, vocabularySize, contextLength });
}

function addLayer(graph: GraphDraft, shape: TinyModelShape, path: string, input: ValueId): ValueId {
  const { hiddenSize, intermediateSize } = shape;
  const attended = addAttention(graph, shape, path, graph.rmsNorm(input, `${path}.input_layernorm`, normEpsilon));
  const middle = graph.sum(input, attended);
  const normed = graph.rmsNorm(middle, `${path}.post_attention_layernorm`, normEpsilon);
  const gate = graph.linear(`${path}.mlp.gate_proj`, normed, intermediateSize);
  const up = graph.linear(`${path}.mlp.up_proj`, normed, intermediateSize);
  const gated = graph.add({ type: 'gated', activation: 'silu', gate, up }, [intermediateSize]);
  return graph.sum(middle, graph.linear(`${path}.mlp.down_proj`, gated, hiddenSize));
}

function addAttention(graph: GraphDraft, shape: TinyModelShape, path: string, input: ValueId): ValueId {
  const { hiddenSize, heads, keyValueHeads, headDimension, attentionBias } = shape;
  const project = (name: string, count: number): ValueId => graph.heads(`${path}.self_attn.${name}`, input, count, headDimension, attentionBias);
  const queries = addRope(graph, shape, project('q_proj', heads));
  const keys = addRope(graph, shape, project('k_proj', keyValueHeads));
  const values = project('v_proj', keyValueHeads);
  const state = graph.state({ type: 'kv', name: path, heads: keyValueHeads, keyDimension: headDimension, valueDimension: headDimension });
  const scale = headDimension ** -0.5;
  const output = graph.add({ type: 'attention', queries, keys, values, state, scale, causal: true }, [heads, headDimension]);
  return graph.linear(`${path}.self_attn.o_proj`, graph.flatten(output), hiddenSize, attentionBias);
}

function addRope(graph: GraphDraft, shape: TinyModelShape, input: ValueId): ValueId {
  const { rotaryDimensions, traditionalRope: traditional, ropeAmplitude: amplitude } = shape;
  const inverseFrequencies = Array.from({ length: rotaryDimensions / 2 }, (_, pair) => ropeBase ** ((-2 * pair) / rotaryDimensions));
  return graph.add({ type: 'rope', input, rotaryDimensions, traditional, inverseFrequencies, amplitude }, graph.dimensionsOf(input));
}

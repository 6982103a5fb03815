import type { GraphOperation, GraphValue, KVStateDeclaration, ModelGraph, ValueId, WeightDeclaration } from '@mlxengine/core/graph';
import type { TinyModelShape } from './tiny-model-options.js';

/** Base of the rotary frequencies, as in llama. */
export const ropeBase = 10_000;
/** Epsilon of every norm. */
export const normEpsilon = 1e-5;

type WithoutOutput<Operation> = Operation extends GraphOperation ? Omit<Operation, 'output'> : never;

/** The graph of a tiny llama-like model: every operation that the `llama` family uses. */
export function tinyGraph(shape: TinyModelShape): ModelGraph {
  const graph = new GraphDraft(shape);
  const tokens = graph.add({ type: 'tokens' }, [], 'int32');
  let hidden = graph.add({ type: 'embedding', input: tokens, weight: 'model.embed_tokens' }, [shape.hiddenSize]);
  graph.matrix('model.embed_tokens', shape.vocabularySize, shape.hiddenSize);
  for (let layer = 0; layer < shape.layers; layer++) hidden = addLayer(graph, `model.layers.${layer}`, hidden);
  const normed = graph.norm('model.norm', hidden);
  const rows = graph.add({ type: 'selectRows', input: normed }, [shape.hiddenSize], 'float', 'rows');
  const head = shape.tiedEmbedding ? 'model.embed_tokens' : 'lm_head';
  if (!shape.tiedEmbedding) graph.matrix(head, shape.vocabularySize, shape.hiddenSize);
  const logits = graph.add({ type: 'linear', input: rows, weight: head }, [shape.vocabularySize], 'float', 'rows');
  return graph.finish(logits);
}

function addLayer(graph: GraphDraft, path: string, input: ValueId): ValueId {
  const attended = addAttention(graph, path, graph.norm(`${path}.input_layernorm`, input));
  const middle = graph.sum(input, attended);
  const { hiddenSize, intermediateSize } = graph.shape;
  const normed = graph.norm(`${path}.post_attention_layernorm`, middle);
  const gate = graph.linear(`${path}.mlp.gate_proj`, normed, intermediateSize, hiddenSize);
  const up = graph.linear(`${path}.mlp.up_proj`, normed, intermediateSize, hiddenSize);
  const gated = graph.add({ type: 'gated', activation: 'silu', gate, up }, [intermediateSize]);
  return graph.sum(middle, graph.linear(`${path}.mlp.down_proj`, gated, hiddenSize, intermediateSize));
}

function addAttention(graph: GraphDraft, path: string, input: ValueId): ValueId {
  const { hiddenSize, heads, keyValueHeads, headDimension, attentionBias } = graph.shape;
  const project = (name: string, count: number): ValueId => {
    const flat = graph.linear(`${path}.self_attn.${name}`, input, count * headDimension, hiddenSize, attentionBias);
    return graph.add({ type: 'reshape', input: flat, dimensions: [count, headDimension] }, [count, headDimension]);
  };
  const queries = graph.rope(project('q_proj', heads), heads);
  const keys = graph.rope(project('k_proj', keyValueHeads), keyValueHeads);
  const values = project('v_proj', keyValueHeads);
  graph.states.push({ type: 'kv', name: path, heads: keyValueHeads, keyDimension: headDimension, valueDimension: headDimension });
  const scale = headDimension ** -0.5;
  const output = graph.add({ type: 'attention', queries, keys, values, state: path, scale, causal: true }, [heads, headDimension]);
  const width = heads * headDimension;
  const flat = graph.add({ type: 'reshape', input: output, dimensions: [width] }, [width]);
  return graph.linear(`${path}.self_attn.o_proj`, flat, hiddenSize, width, attentionBias);
}

class GraphDraft {
  readonly states: KVStateDeclaration[] = [];
  readonly shape: TinyModelShape;
  readonly #values: GraphValue[] = [];
  readonly #operations: GraphOperation[] = [];
  readonly #weights: WeightDeclaration[] = [];

  constructor(shape: TinyModelShape) {
    this.shape = shape;
  }

  add(
    operation: WithoutOutput<GraphOperation>,
    dimensions: readonly number[],
    dtype: GraphValue['dtype'] = 'float',
    leading: GraphValue['leading'] = 'tokens',
  ): ValueId {
    const output = this.#values.push({ leading, dimensions, dtype }) - 1;
    this.#operations.push({ ...operation, output });
    return output;
  }

  matrix(path: string, rows: number, columns: number, bias = false): void {
    this.#weights.push({ path, kind: 'matrix', shape: [rows, columns], bias });
  }

  linear(weight: string, input: ValueId, rows: number, columns: number, bias = false): ValueId {
    this.matrix(weight, rows, columns, bias);
    return this.add({ type: 'linear', input, weight }, [rows]);
  }

  norm(weight: string, input: ValueId): ValueId {
    const { hiddenSize } = this.shape;
    this.#weights.push({ path: weight, kind: 'vector', shape: [hiddenSize], bias: false });
    return this.add({ type: 'rmsNorm', input, weight, weightOffset: 0, epsilon: normEpsilon }, [hiddenSize]);
  }

  rope(input: ValueId, heads: number): ValueId {
    const { headDimension, rotaryDimensions, traditionalRope: traditional, ropeAmplitude: amplitude } = this.shape;
    const inverseFrequencies = Array.from({ length: rotaryDimensions / 2 }, (_, pair) => ropeBase ** ((-2 * pair) / rotaryDimensions));
    return this.add({ type: 'rope', input, rotaryDimensions, traditional, inverseFrequencies, amplitude }, [heads, headDimension]);
  }

  sum(left: ValueId, right: ValueId): ValueId {
    return this.add({ type: 'binary', function: 'add', left, right }, [this.shape.hiddenSize]);
  }

  finish(logits: ValueId): ModelGraph {
    const { vocabularySize, contextLength } = this.shape;
    return {
      specificationVersion: 'v1',
      architecture: 'llama',
      values: this.#values,
      operations: this.#operations,
      states: this.states,
      weights: this.#weights,
      outputs: { logits },
      vocabularySize,
      contextLength,
    };
  }
}

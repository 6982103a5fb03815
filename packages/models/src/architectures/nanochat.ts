import type { ValueId } from '@mlxengine/core/graph';
import type { ConfigReader } from '../config/config-reader.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import type { RopeSettings } from '../graph/rope-settings.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture, GraphResult } from './architecture.js';
import { attend, joinHeads } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import type { DecoderArguments } from './parts/decoder-arguments.js';
import { checkActivation, plainMlp } from './parts/mlp.js';
import { readRope } from './parts/rope.js';

interface NanochatArguments extends DecoderArguments {
  readonly rope: RopeSettings;
}

const defaults = {
  hidden_size: 1280, num_hidden_layers: 20, num_attention_heads: 10, num_key_value_heads: 10, vocab_size: 65536, intermediate_size: 5120,
};
const softcap = 15;

function readArguments(given: ConfigReader): NanochatArguments {
  checkActivation(given, ['relu2']);
  const config = given.withDefaults({ ...defaults, norm_epsilon: 1e-5 });
  const args = readDecoder(config, { epsilon: 'norm_epsilon', headDimension: 'derived' });
  const rope = readRope(config, { dimensions: args.headDimension, traditional: false });
  // It turns the other way.
  return { ...args, rope: { ...rope, inverseFrequencies: rope.inverseFrequencies.map((frequency) => -frequency) } };
}

function attention(graph: GraphBuilder, args: NanochatArguments, x: ValueId, path: string): ValueId {
  const { heads, keyValueHeads, headDimension, hiddenSize, rope } = args;
  const project = (name: string, count: number): ValueId =>
    graph.reshape(graph.linear(x, `${path}.${name}`, { dimensions: count * headDimension }), [count, headDimension]);
  const projected = { queries: project('c_q', heads), keys: project('c_k', keyValueHeads), values: project('c_v', keyValueHeads) };
  const attended = attend(graph, projected, { state: path, rope, rotated: (value) => norm(graph, args, value) });
  return graph.linear(joinHeads(graph, attended), `${path}.c_proj`, { dimensions: hiddenSize });
}

function norm(graph: GraphBuilder, { epsilon }: NanochatArguments, x: ValueId): ValueId {
  return graph.rmsNorm(x, undefined, { epsilon });
}

function transformerBlock(graph: GraphBuilder, args: NanochatArguments, x: ValueId, path: string): ValueId {
  const h = graph.add(x, attention(graph, args, norm(graph, args, x), `${path}.attn`));
  return graph.add(h, plainMlp(graph, norm(graph, args, h), `${path}.mlp`, { ...args, activation: 'relu2', names: ['c_fc', 'c_proj'] }));
}

function buildGraph(graph: GraphBuilder, args: NanochatArguments): GraphResult {
  const { vocabularySize, hiddenSize, contextLength } = args;
  let h = norm(graph, args, graph.embedding(graph.tokens(), 'transformer.wte', { rows: vocabularySize, dimensions: hiddenSize }));
  for (let layer = 0; layer < args.layers; layer += 1) h = transformerBlock(graph, args, h, `transformer.h.${layer}`);
  const logits = graph.linear(norm(graph, args, graph.selectRows(h)), 'lm_head', { dimensions: vocabularySize });
  return { logits: graph.softcap(logits, softcap), contextLength };
}

/** nanochat. Source: mlx-lm `models/nanochat.py`. */
export const nanochat: Architecture = defineArchitecture({ modelType: 'nanochat', readArguments, buildGraph });

import type { ValueId } from '@mlxengine/core/graph';
import type { ConfigReader } from '../config/config-reader.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import type { RopeSettings } from '../graph/rope-settings.js';
import type { CheckpointTensors } from '../sanitize/checkpoint-tensors.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture, GraphResult } from './architecture.js';
import { attend, joinHeads } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import type { DecoderArguments } from './parts/decoder-arguments.js';
import { checkActivation, plainMlp } from './parts/mlp.js';
import { readRope } from './parts/rope.js';
import { unsupported } from './parts/unsupported.js';

interface NanochatArguments extends DecoderArguments {
  readonly rope: RopeSettings;
}

const defaults = {
  hidden_size: 1280, num_hidden_layers: 20, num_attention_heads: 10, num_key_value_heads: 10, vocab_size: 65536, intermediate_size: 5120,
};
const softcap = 15;

function readArguments(given: ConfigReader, names: ReadonlySet<string>): NanochatArguments {
  checkActivation(given, ['relu2']);
  if (given.boolean('attention_bias', false)) throw unsupported('attention_bias');
  const config = given.withDefaults(defaults);
  const args = readDecoder(config.withDefaults({ rms_norm_eps: 1e-6 }), { headDimension: 'derived' });
  const rope = readRope(config, { dimensions: args.headDimension, traditional: false });
  // mlx-lm knows one epsilon; only transformers' form goes by the config's. The rotation is the other way round.
  const epsilon = names.has('model.embed_tokens.weight') ? args.epsilon : 1e-5;
  const { plain: _, ...table } = rope;
  return { ...args, epsilon, rope: { ...table, inverseFrequencies: rope.inverseFrequencies.map((frequency) => -frequency) } };
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

const renamed: readonly (readonly [RegExp, string])[] = [
  [/^model\.embed_tokens\./, 'transformer.wte.'], [/^model\.layers\.(\d+)\.self_attn\.([qkv])_proj\./, 'transformer.h.$1.attn.c_$2.'],
  [/^model\.layers\.(\d+)\.self_attn\.o_proj\./, 'transformer.h.$1.attn.c_proj.'],
  [/^model\.layers\.(\d+)\.mlp\.fc1\./, 'transformer.h.$1.mlp.c_fc.'], [/^model\.layers\.(\d+)\.mlp\.fc2\./, 'transformer.h.$1.mlp.c_proj.'],
];

/** transformers' names become nanochat's own, which mlx-lm has. */
function sanitize(tensors: CheckpointTensors): void {
  tensors.rename((name) => renamed.reduce((current, [old, own]) => current.replace(old, own), name));
}

/** nanochat. Source: mlx-lm `models/nanochat.py`. */
export const nanochat: Architecture = defineArchitecture({ modelType: 'nanochat', readArguments, buildGraph, sanitize });

import type { ValueId } from '@mlxengine/core/graph';
import type { ConfigReader } from '../config/config-reader.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import type { CheckpointTensors } from '../sanitize/checkpoint-tensors.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture, GraphResult } from './architecture.js';
import { limits } from './limits.js';
import { selfAttention } from './parts/attention.js';
import type { HeadArguments } from './parts/decoder-arguments.js';
import { layerNorm } from './parts/decoder.js';
import { checkActivation, plainMlp } from './parts/mlp.js';
import { unsupported } from './parts/unsupported.js';

interface Gpt2Arguments extends HeadArguments {
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly epsilon: number;
  readonly vocabularySize: number;
  readonly positions: number;
  readonly tieWordEmbeddings: boolean;
}

function readArguments(config: ConfigReader): Gpt2Arguments {
  checkActivation(config, ['gelu_new', 'gelu_pytorch_tanh', 'gelu_fast'], 'activation_function');
  for (const key of ['scale_attn_by_inverse_layer_idx', 'add_cross_attention']) if (config.boolean(key, false)) throw unsupported(key);
  if (!config.boolean('scale_attn_weights', true)) throw unsupported('scale_attn_weights = false');
  const hiddenSize = config.integer('n_embd', limits.hiddenSize);
  const heads = config.integer('n_head', limits.heads);
  if (hiddenSize % heads !== 0) throw config.invalid('n_head', `n, ${hiddenSize} / n`);
  return {
    hiddenSize, heads, keyValueHeads: heads, headDimension: hiddenSize / heads,
    intermediateSize: config.integer('n_inner', limits.intermediateSize, 4 * hiddenSize),
    layers: config.integer('n_layer', limits.layers),
    epsilon: config.number('layer_norm_epsilon', limits.epsilon, 1e-5),
    vocabularySize: config.integer('vocab_size', limits.vocabulary),
    positions: config.integer('n_positions', limits.context),
    tieWordEmbeddings: config.boolean('tie_word_embeddings', true),
  };
}

function transformerBlock(graph: GraphBuilder, args: Gpt2Arguments, x: ValueId, path: string): ValueId {
  const norm = layerNorm(graph, args);
  const attended = selfAttention(graph, norm(x, `${path}.ln_1`), `${path}.attn`, {
    ...args, bias: true, outputBias: true, fused: 'c_attn', output: 'c_proj',
  });
  const h = graph.add(x, attended);
  const mlp = plainMlp(graph, norm(h, `${path}.ln_2`), `${path}.mlp`, { ...args, activation: 'geluTanh', bias: true, names: ['c_fc', 'c_proj'] });
  return graph.add(h, mlp);
}

function buildGraph(graph: GraphBuilder, args: Gpt2Arguments): GraphResult {
  const { hiddenSize: dimensions, vocabularySize, positions } = args;
  const words = graph.embedding(graph.tokens(), 'model.wte', { rows: vocabularySize, dimensions });
  let h = graph.add(words, graph.embedding(graph.positions(), 'model.wpe', { rows: positions, dimensions }));
  for (let layer = 0; layer < args.layers; layer += 1) h = transformerBlock(graph, args, h, `model.h.${layer}`);
  h = layerNorm(graph, args)(graph.selectRows(h), 'model.ln_f');
  return { logits: graph.linear(h, 'model.wte', { dimensions: vocabularySize }), contextLength: positions };
}

/** transformers holds matrices the other way round, the mask as a tensor, and no `model.`; a head of its own is left, to be refused. */
function sanitize(tensors: CheckpointTensors, { tieWordEmbeddings }: Gpt2Arguments): void {
  tensors.drop((name) => /\.attn\.(masked_)?bias$/.test(name) || (tieWordEmbeddings && name.startsWith('lm_head.')));
  tensors.rename((name) => name.replace(/^transformer\./, ''));
  for (const name of tensors.names()) {
    if (/^h\.\d+\.(attn|mlp)\.c_(attn|proj|fc)\.weight$/.test(name)) tensors.update(name, (weight) => weight.transpose([1, 0]));
  }
  tensors.rename((name) => (name.startsWith('model.') ? name : `model.${name}`));
}

/** GPT-2. Source: mlx-lm `models/gpt2.py`. */
export const gpt2: Architecture = defineArchitecture({ modelType: 'gpt2', readArguments, buildGraph, sanitize });

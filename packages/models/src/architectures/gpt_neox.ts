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
import { layerNorm } from './parts/decoder.js';
import { checkActivation, plainMlp } from './parts/mlp.js';
import { readRope } from './parts/rope.js';

interface GptNeoXArguments extends DecoderArguments {
  readonly parallel: boolean;
  readonly rope: RopeSettings;
}

function readArguments(config: ConfigReader): GptNeoXArguments {
  // Pythia's checkpoints say gelu; mlx-lm computes its approximation.
  checkActivation(config, ['gelu', 'gelu_new', 'gelu_fast', 'gelu_pytorch_tanh']);
  const args = readDecoder(config.withDefaults({ intermediate_size: 1 }), { epsilon: 'layer_norm_eps', headDimension: 'derived' });
  const dimensions = Math.floor(args.headDimension * config.number('rotary_pct', { minimum: 0, maximum: 1 }, 0.25));
  return {
    ...args,
    keyValueHeads: args.heads,
    intermediateSize: 4 * args.hiddenSize,
    parallel: config.boolean('use_parallel_residual', true),
    rope: readRope(config, { dimensions, base: 'rotary_emb_base', traditional: false }),
  };
}

function attention(graph: GraphBuilder, args: GptNeoXArguments, x: ValueId, path: string): ValueId {
  const { heads, headDimension: size, hiddenSize, rope } = args;
  const fused = graph.linear(x, `${path}.query_key_value`, { dimensions: 3 * hiddenSize, bias: true });
  const [queries, keys, values] = graph.split(graph.reshape(fused, [heads, 3 * size]), [size, size, size]);
  const attended = attend(graph, { queries, keys, values }, { state: path, rope });
  return graph.linear(joinHeads(graph, attended), `${path}.dense`, { dimensions: hiddenSize, bias: true });
}

function transformerBlock(graph: GraphBuilder, args: GptNeoXArguments, x: ValueId, path: string): ValueId {
  const norm = layerNorm(graph, args);
  const h = graph.add(x, attention(graph, args, norm(x, `${path}.input_layernorm`), `${path}.attention`));
  const mlp = plainMlp(graph, norm(args.parallel ? x : h, `${path}.post_attention_layernorm`), `${path}.mlp`, {
    ...args, activation: 'geluTanh', bias: true, names: ['dense_h_to_4h', 'dense_4h_to_h'],
  });
  return graph.add(h, mlp);
}

function buildGraph(graph: GraphBuilder, args: GptNeoXArguments): GraphResult {
  const { vocabularySize, hiddenSize, contextLength } = args;
  let h = graph.embedding(graph.tokens(), 'model.embed_in', { rows: vocabularySize, dimensions: hiddenSize });
  for (let layer = 0; layer < args.layers; layer += 1) h = transformerBlock(graph, args, h, `model.h.${layer}`);
  h = layerNorm(graph, args)(graph.selectRows(h), 'model.final_layer_norm');
  return { logits: graph.linear(h, 'model.embed_out', { dimensions: vocabularySize }), contextLength };
}

function sanitize(tensors: CheckpointTensors): void {
  tensors.drop((name) => /\.attention\.(bias|masked_bias|rotary_emb\.inv_freq)$/.test(name));
  tensors.rename((name) => (name.startsWith('model.') ? name : `model.${name}`).replace('.gpt_neox.layers.', '.h.').replace('.gpt_neox.', '.'));
}

/** GPT-NeoX and Pythia. Source: mlx-lm `models/gpt_neox.py`. */
export const gpt_neox: Architecture = defineArchitecture({ modelType: 'gpt_neox', readArguments, buildGraph, sanitize });

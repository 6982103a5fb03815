import type { ValueId } from '@mlxengine/core/graph';
import type { ConfigReader } from '../config/config-reader.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import type { RopeSettings } from '../graph/rope-settings.js';
import type { CheckpointTensors } from '../sanitize/checkpoint-tensors.js';
import { SymbolicTensor } from '../sanitize/symbolic-tensor.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture, GraphResult } from './architecture.js';
import { selfAttention } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import type { DecoderArguments } from './parts/decoder-arguments.js';
import { decoder, layerNorm } from './parts/decoder.js';
import { headNorm } from './parts/head-norm.js';
import { checkActivation, gatedMlp } from './parts/mlp.js';
import { partialRotary, readRope } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';

interface StableLMArguments extends DecoderArguments {
  readonly bias: boolean;
  readonly parallel: boolean;
  readonly queryKeyNorm: boolean;
  readonly rope: RopeSettings;
}

function readArguments(config: ConfigReader): StableLMArguments {
  checkActivation(config, ['silu', 'swish']);
  const args = readDecoder(config, { epsilon: 'layer_norm_eps', headDimension: 'derived' });
  return {
    ...args,
    tieWordEmbeddings: false,
    bias: config.boolean('use_qkv_bias', false),
    parallel: config.boolean('use_parallel_residual', false),
    queryKeyNorm: config.boolean('qk_layernorm', false),
    rope: readRope(config, { dimensions: partialRotary(config, args.headDimension, 0.25), traditional: false }),
  };
}

const norms = { q_norm: 'q_layernorm', k_norm: 'k_layernorm' } as const;

function decoderLayer(graph: GraphBuilder, args: StableLMArguments, x: ValueId, path: string): ValueId {
  const norm = layerNorm(graph, args);
  const h = norm(x, `${path}.input_layernorm`);
  const split = args.queryKeyNorm ? headNorm(graph, args, (name) => `${path}.self_attn.${norms[name]}`) : undefined;
  const attended = graph.add(x, selfAttention(graph, h, `${path}.self_attn`, { ...args, split }));
  const mlpInput = args.parallel ? h : norm(attended, `${path}.post_attention_layernorm`);
  return graph.add(attended, gatedMlp(graph, mlpInput, `${path}.mlp`, { ...args, bias: false }));
}

function buildGraph(graph: GraphBuilder, args: StableLMArguments): GraphResult {
  return decoder(graph, args, { layer: (x, path) => decoderLayer(graph, args, x, path), norm: layerNorm(graph, args) });
}

/** The weights of all heads' norms as one. */
function sanitize(tensors: CheckpointTensors, args: StableLMArguments): void {
  dropUnused(tensors);
  for (let layer = 0; layer < args.layers; layer += 1) {
    for (const [name, heads] of [['q_layernorm', args.heads], ['k_layernorm', args.keyValueHeads]] as const) {
      const path = `model.layers.${layer}.self_attn.${name}`;
      if (!tensors.has(`${path}.norms.0.weight`)) continue;
      const weights = Array.from({ length: heads }, (_, head) => tensors.take(`${path}.norms.${head}.weight`));
      tensors.set(`${path}.weight`, SymbolicTensor.stack(weights));
    }
  }
}

/** StableLM 2 and StableLM 3B. Source: mlx-lm `models/stablelm.py`. */
export const stablelm: Architecture = defineArchitecture({ modelType: 'stablelm', readArguments, buildGraph, sanitize });

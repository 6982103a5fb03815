import type { ValueId } from '@mlxengine/core/graph';
import type { ConfigReader } from '../config/config-reader.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import type { RopeSettings } from '../graph/rope-settings.js';
import type { CheckpointTensors } from '../sanitize/checkpoint-tensors.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture, GraphResult } from './architecture.js';
import { limits } from './limits.js';
import { readDecoder } from './parts/decoder-arguments.js';
import type { DecoderArguments } from './parts/decoder-arguments.js';
import { decoder, preNormLayer, rmsNorm } from './parts/decoder.js';
import { gatedDeltaNet, readDelta } from './parts/gated-delta-net.js';
import type { DeltaArguments } from './parts/gated-delta-net.js';
import { checkActivation, gatedMlp } from './parts/mlp.js';
import { moveConvolutionTaps } from './parts/recurrent-names.js';
import { readRope } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';
import { gatedAttention, readSparse, restoreNorms, sparseBlock } from './qwen3_next.js';
import type { GatedAttentionArguments, SparseArguments } from './qwen3_next.js';

const prefix = 'language_model.';

/** What a config of Qwen 3.5 says, with or without experts. */
export interface Qwen35Arguments extends DecoderArguments, DeltaArguments, Pick<GatedAttentionArguments, 'attentionBias' | 'rope'> {
  /** Every n-th layer has attention. */
  readonly interval: number;
  readonly sparse: Omit<SparseArguments, 'hiddenSize'> | undefined;
}

/** Reads the text part, which lies in `text_config` or is the whole. */
export function readQwen35(given: ConfigReader): Qwen35Arguments {
  const config = (given.object('text_config') ?? given).withDefaults({
    hidden_size: 4096, intermediate_size: 14336, num_hidden_layers: 32, num_attention_heads: 32, rms_norm_eps: 1e-6, vocab_size: 151936,
    num_key_value_heads: 8, max_position_embeddings: 131072, linear_num_value_heads: 64, linear_num_key_heads: 16, linear_key_head_dim: 192,
    linear_value_head_dim: 128, linear_conv_kernel_dim: 4, tie_word_embeddings: false, num_experts: 0,
  }).withDefaultsUnlessNull({
    rope_parameters: { type: 'default', rope_theta: 100000, partial_rotary_factor: 0.25 },
  });
  checkActivation(config, ['silu']);
  const decoderArguments = readDecoder(config);
  return {
    ...decoderArguments, ...readDelta(config),
    interval: config.integer('full_attention_interval', limits.layers, 4),
    attentionBias: config.boolean('attention_bias', false),
    sparse: readSparse(config, true),
    rope: readRotation(config, decoderArguments.headDimension),
  };
}

/** By `rope_parameters`; where that is `null` or empty by the keys that it replaced. */
function readRotation(config: ConfigReader, headDimension: number): RopeSettings {
  const given = config.object('rope_parameters');
  const parameters = given?.keys().length === 0 ? undefined : given?.withDefaults({ max_position_embeddings: config.raw('max_position_embeddings') });
  const source = parameters ?? config;
  const dimensions = Math.floor(headDimension * source.number('partial_rotary_factor', { minimum: 0, maximum: 1 }, 0.25));
  return readRope(source, { dimensions, defaultBase: 100000, traditional: false, scaling: parameters ?? config.object('rope_scaling') ?? null });
}

function deltaInputs(graph: GraphBuilder, x: ValueId, path: string, args: DeltaArguments): Parameters<typeof gatedDeltaNet>[1] {
  const { deltaKeyHeads, deltaValueHeads: heads, deltaKeyDimension, deltaValueDimension: size } = args;
  const project = (name: string, dimensions: number): ValueId => graph.linear(x, `${path}.${name}`, { dimensions });
  return {
    joined: project('in_proj_qkv', 2 * deltaKeyHeads * deltaKeyDimension + heads * size), z: graph.reshape(project('in_proj_z', heads * size), [heads, size]),
    b: project('in_proj_b', heads), a: project('in_proj_a', heads),
  };
}

/** The graph of {@link readQwen35}'s arguments. */
export function buildQwen35(graph: GraphBuilder, args: Qwen35Arguments): GraphResult {
  return decoder(graph, args, {
    prefix,
    layer: (x, path, layer) => preNormLayer(graph, x, path, {
      norm: rmsNorm(graph, args),
      attention: (h) => ((layer + 1) % args.interval === 0
        ? gatedAttention(graph, h, `${path}.self_attn`, args)
        : gatedDeltaNet(graph, deltaInputs(graph, h, `${path}.linear_attn`, args), `${path}.linear_attn`, args)),
      mlp: (h) => (args.sparse === undefined ? gatedMlp(graph, h, `${path}.mlp`, args) : sparseBlock(graph, h, `${path}.mlp`, { ...args, ...args.sparse })),
    }),
  });
}

/** Brings names to `language_model.…`; convolutions of `[C, 1, K]` tell a transformers checkpoint. */
export function sanitizeQwen35(tensors: CheckpointTensors, args: Qwen35Arguments): void {
  tensors.rename((name) => {
    if (name.startsWith('vision_tower') || name.startsWith('model.visual') || name.includes('mtp.')) return undefined;
    if (name.startsWith('model.language_model')) return name.replace('model.language_model', `${prefix}model`);
    return name.startsWith(prefix) ? name : prefix + name;
  });
  dropUnused(tensors, { ...args, prefix });
  const raw = tensors.entries().some(([name, { shape }]) => name.includes('conv1d.weight') && shape.at(-1) !== 1);
  if (!raw) return;
  moveConvolutionTaps(tensors);
  restoreNorms(tensors);
}

/** Source: mlx-lm `models/qwen3_5.py`. */
export const qwen3_5: Architecture = defineArchitecture({
  modelType: 'qwen3_5',
  readArguments: readQwen35,
  buildGraph: buildQwen35,
  sanitize: sanitizeQwen35,
});

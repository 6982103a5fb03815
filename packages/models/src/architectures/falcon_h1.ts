import type { ValueId } from '@mlxengine/core/graph';
import type { ConfigReader } from '../config/config-reader.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import type { CheckpointTensors } from '../sanitize/checkpoint-tensors.js';
import { SymbolicTensor } from '../sanitize/symbolic-tensor.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture } from './architecture.js';
import { selfAttention } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import { decoder, rmsNorm } from './parts/decoder.js';
import { factorBounds } from './parts/experts.js';
import { mamba2Scan, readMamba2 } from './parts/mamba2.js';
import type { Mamba2Arguments } from './parts/mamba2.js';
import { gatedMlp } from './parts/mlp.js';
import { readRope } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';

const defaults = {
  attention_in_multiplier: 1, attention_out_multiplier: 0.9375, embedding_multiplier: 5.656854249492381, head_dim: 64, hidden_size: 1024,
  intermediate_size: 2048, lm_head_multiplier: 0.0390625, mamba_d_conv: 4, mamba_d_head: 64, mamba_d_state: 128, mamba_n_groups: 1, mamba_n_heads: 24,
  max_position_embeddings: 131072, mlp_multipliers: [0.8838834764831844, 0.5859375], num_attention_heads: 8, num_hidden_layers: 36, num_key_value_heads: 2,
  rms_norm_eps: 1e-5, ssm_in_multiplier: 1.25, ssm_multipliers: [0.3535533905932738, 0.25, 0.3535533905932738, 0.5, 0.3535533905932738],
  ssm_out_multiplier: 0.23570226039551587, vocab_size: 32784, tie_word_embeddings: true,
};

/** Factors that mlx-lm multiplies into the weights of a transformers checkpoint. */
interface Multipliers {
  readonly embedding: number;
  readonly head: number;
  readonly attentionIn: number;
  readonly attentionOut: number;
  readonly mlp: readonly number[];
  readonly ssmIn: number;
  readonly ssmOut: number;
  /** Of gate, input, B, C and time steps. */
  readonly ssm: readonly number[];
}

function readMultipliers(config: ConfigReader): Multipliers {
  const list = (key: string, count: number): readonly number[] => {
    const values = config.raw(key);
    if (Array.isArray(values) && values.length === count && values.every(Number.isFinite)) return values as number[];
    throw config.invalid(key, `[${count} × number]`);
  };
  const one = (key: string): number => config.number(key, factorBounds);
  return {
    embedding: one('embedding_multiplier'), head: one('lm_head_multiplier'), attentionIn: one('attention_in_multiplier'),
    attentionOut: one('attention_out_multiplier'), mlp: list('mlp_multipliers', 2), ssmIn: one('ssm_in_multiplier'), ssmOut: one('ssm_out_multiplier'),
    ssm: list('ssm_multipliers', 5),
  };
}

interface MixerArguments extends Mamba2Arguments {
  readonly hiddenSize: number;
  readonly epsilon: number;
  /** Whether the answer is normalized, and if so, before the gate. */
  readonly norm: 'none' | 'before-gate' | 'after-gate';
  readonly outputBias: boolean;
}

function mixer(graph: GraphBuilder, x: ValueId, path: string, args: MixerArguments): ValueId {
  const { y, gate } = mamba2Scan(graph, x, path, args);
  const norm = (value: ValueId): ValueId => graph.rmsNorm(value, `${path}.norm`, args);
  const gated = args.norm === 'before-gate' ? graph.gated('silu', gate, norm(y)) : graph.gated('silu', gate, y);
  const normed = args.norm === 'after-gate' ? norm(gated) : gated;
  return graph.linear(normed, `${path}.out_proj`, { dimensions: args.hiddenSize, bias: args.outputBias });
}

/** Convolutions of `[C, 1, K]` tell a transformers checkpoint, whose weights are still without the factors. */
function multiplyWeights(tensors: CheckpointTensors, { multipliers, ...args }: Mamba2Arguments & { readonly multipliers: Multipliers }): void {
  const convolution = tensors.get('model.layers.0.mamba.conv1d.weight');
  if (convolution === undefined || convolution.size(2) <= convolution.size(1)) return;
  const factors: readonly (readonly [string, number])[] = [
    ['embed_tokens.weight', multipliers.embedding], ['lm_head.weight', multipliers.head], ['q_proj.weight', multipliers.attentionIn],
    ['k_proj.weight', multipliers.attentionIn], ['o_proj.weight', multipliers.attentionOut], ['out_proj.weight', multipliers.ssmOut],
    ['gate_proj.weight', multipliers.mlp[0]!], ['down_proj.weight', multipliers.mlp[1]!],
  ];
  for (const name of tensors.names()) {
    const factor = factors.find(([suffix]) => name.endsWith(suffix))?.[1];
    if (factor !== undefined) tensors.update(name, (tensor) => tensor.scale(factor));
    else if (name.endsWith('in_proj.weight')) tensors.update(name, (tensor) => multiplyParts(tensor, args, multipliers));
    else if (name.includes('conv1d.weight')) tensors.update(name, (tensor) => tensor.transpose([0, 2, 1]));
  }
}

function multiplyParts(tensor: SymbolicTensor, { mixerHeads, mixerHeadDimension, groups, stateSize }: Mamba2Arguments, { ssm, ssmIn }: Multipliers): SymbolicTensor {
  const inner = mixerHeads * mixerHeadDimension;
  let start = 0;
  const parts = [inner, inner, groups * stateSize, groups * stateSize, mixerHeads].map((size, part) =>
    tensor.slice(0, start, (start += size)).scale(ssmIn * ssm[part]!));
  return SymbolicTensor.concat(parts, 0);
}

/** Source: mlx-lm `models/falcon_h1.py`. */
export const falcon_h1: Architecture = defineArchitecture({
  modelType: 'falcon_h1',
  readArguments: (given) => {
    const config = given.withDefaults(defaults);
    const decoderArguments = readDecoder(config);
    const mixerArguments = readMamba2(config, {
      heads: 'mamba_n_heads', headDimension: 'mamba_d_head', groups: 'mamba_n_groups', stateSize: 'mamba_d_state', taps: 'mamba_d_conv',
      convolutionBias: 'mamba_conv_bias', projectionBias: 'mamba_proj_bias',
    });
    const { mixerHeads, mixerHeadDimension } = mixerArguments;
    const inner = config.integer('mamba_d_ssm', { minimum: 1, maximum: 2 ** 22 }, mixerHeads * mixerHeadDimension);
    if (inner !== mixerHeads * mixerHeadDimension) throw config.invalid('mamba_d_ssm', `${mixerHeads} · ${mixerHeadDimension}`);
    const before = config.boolean('mamba_norm_before_gate', false) ? 'before-gate' : 'after-gate';
    return {
      ...decoderArguments, ...mixerArguments, timeStepLimit: {},
      norm: config.boolean('mamba_rms_norm', false) ? before : 'none',
      outputBias: config.boolean('projectors_bias', false),
      attentionBias: config.boolean('attention_bias', false),
      mlpBias: config.boolean('mlp_bias', false),
      multipliers: readMultipliers(config),
      rope: readRope(config, { dimensions: decoderArguments.headDimension, defaultBase: 1e11 }),
    } as const;
  },
  buildGraph: (graph, args) => {
    const { tieWordEmbeddings, multipliers, attentionBias: bias } = args;
    return decoder(graph, args, {
      normName: 'final_layernorm',
      afterHead: (logits) => (tieWordEmbeddings ? graph.scale(logits, multipliers.head / multipliers.embedding) : logits),
      layer: (x, path) => {
        const norm = rmsNorm(graph, args);
        const h = norm(x, `${path}.input_layernorm`);
        const mixed = graph.add(x, mixer(graph, h, `${path}.mamba`, args));
        const attended = graph.add(mixed, selfAttention(graph, h, `${path}.self_attn`, { ...args, bias, outputBias: bias }));
        return graph.add(attended, gatedMlp(graph, norm(attended, `${path}.pre_ff_layernorm`), `${path}.feed_forward`, { ...args, bias: args.mlpBias }));
      },
    });
  },
  sanitize: (tensors, args) => {
    dropUnused(tensors, args);
    multiplyWeights(tensors, args);
  },
});

import type { ValueId } from '@mlxengine/core/graph';
import type { ConfigReader } from '../config/config-reader.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import type { RopeSettings } from '../graph/rope-settings.js';
import type { CheckpointTensors } from '../sanitize/checkpoint-tensors.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture, GraphResult } from './architecture.js';
import { limits } from './limits.js';
import { selfAttention } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import type { DecoderArguments } from './parts/decoder-arguments.js';
import { decoder, rmsNorm } from './parts/decoder.js';
import { readRope } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';

/** What a config of LFM 2 says but for its MLP. */
export interface Lfm2Arguments extends Omit<DecoderArguments, 'intermediateSize'> {
  /** Whether a layer attends; the others convolve. */
  readonly attends: readonly boolean[];
  readonly taps: number;
  readonly convolutionBias: boolean;
  readonly rope: RopeSettings;
}

/** Reads {@link Lfm2Arguments}. */
export function readLfm2(config: ConfigReader): Lfm2Arguments {
  const decoderArguments = readDecoder(config.withDefaults({ intermediate_size: 1 }), { epsilon: 'norm_eps', headDimension: 'derived' });
  const { layers, headDimension } = decoderArguments;
  const parameters = config.object('rope_parameters');
  return {
    ...decoderArguments, tieWordEmbeddings: true,
    attends: readAttending(config, layers),
    taps: config.integer('conv_L_cache', { minimum: 2, maximum: 64 }),
    convolutionBias: config.boolean('conv_bias'),
    // Unlike elsewhere, the nested base wins.
    rope: readRope(parameters?.has('rope_theta') === true ? parameters : config, { dimensions: headDimension, defaultBase: 1e6, traditional: false, scaling: null }),
  };
}

function readAttending(config: ConfigReader, layers: number): readonly boolean[] {
  const indexes = config.raw('full_attn_idxs');
  if (Array.isArray(indexes)) return Array.from({ length: layers }, (_, layer) => indexes.includes(layer));
  const types = config.optionalStrings('layer_types');
  if (types?.length !== layers) throw config.invalid('layer_types', `[${layers} × string]`);
  return types.map((type) => type === 'full_attention');
}

/** `C · convolution(B · x)`, with B, C and x by one projection. */
function shortConvolution(graph: GraphBuilder, x: ValueId, path: string, { hiddenSize, taps, convolutionBias: bias }: Lfm2Arguments): ValueId {
  const [b, c, input] = graph.split(graph.linear(x, `${path}.in_proj`, { dimensions: 3 * hiddenSize, bias }), [hiddenSize, hiddenSize, hiddenSize]);
  const convolved = graph.causalConv(graph.multiply(b, input), {
    weight: `${path}.conv.weight`, width: taps, bias: bias ? `${path}.conv.bias` : undefined, activation: 'none', state: path,
  });
  return graph.linear(graph.multiply(c, convolved), `${path}.out_proj`, { dimensions: hiddenSize, bias });
}

/** The graph, with the family's MLP of a layer. */
export function buildLfm2(graph: GraphBuilder, args: Lfm2Arguments, mlp: (x: ValueId, path: string, layer: number) => ValueId): GraphResult {
  const norm = rmsNorm(graph, args);
  return decoder(graph, args, {
    normName: 'embedding_norm',
    layer: (x, path, layer) => {
      const normed = norm(x, `${path}.operator_norm`);
      const names = { q_norm: 'q_layernorm', k_norm: 'k_layernorm' };
      const split = (value: ValueId, name: 'q_norm' | 'k_norm'): ValueId => norm(value, `${path}.self_attn.${names[name]}`);
      const mixed = args.attends[layer] === true
        ? selfAttention(graph, normed, `${path}.self_attn`, { ...args, split, output: 'out_proj' })
        : shortConvolution(graph, normed, `${path}.conv`, args);
      const h = graph.add(x, mixed);
      return graph.add(h, mlp(norm(h, `${path}.ffn_norm`), `${path}.feed_forward`, layer));
    },
  });
}

/** Convolutions of transformers `[C, 1, K]` become `[C, K, 1]`. */
export function sanitizeLfm2(tensors: CheckpointTensors): void {
  dropUnused(tensors);
  for (const name of tensors.names()) {
    if (name.includes('conv.weight')) tensors.update(name, (tensor) => (tensor.size(-1) > tensor.size(1) ? tensor.transpose([0, 2, 1]) : tensor));
  }
}

/** Size of the MLP, after the adjustment that most configs ask for. */
function readSize(config: ConfigReader): number {
  const given = config.integer(config.has('block_ff_dim') ? 'block_ff_dim' : 'intermediate_size', limits.intermediateSize);
  if (!config.boolean('block_auto_adjust_ff_dim')) return given;
  const multiple = config.integer('block_multiple_of', { minimum: 1, maximum: 2 ** 20 });
  const two = Math.trunc((2 * given) / 3);
  const factor = config.optionalNumber('block_ffn_dim_multiplier', { minimum: 0, maximum: 1e3 });
  return multiple * Math.ceil((factor === undefined ? two : Math.trunc(factor * two)) / multiple);
}

/** Source: mlx-lm `models/lfm2.py`. */
export const lfm2: Architecture = defineArchitecture({
  modelType: 'lfm2',
  readArguments: (config) => ({ ...readLfm2(config), size: readSize(config) }),
  buildGraph: (graph, args) => buildLfm2(graph, args, (x, path) => {
    const [gate, up] = [graph.linear(x, `${path}.w1`, { dimensions: args.size }), graph.linear(x, `${path}.w3`, { dimensions: args.size })];
    return graph.linear(graph.gated('silu', gate, up), `${path}.w2`, { dimensions: args.hiddenSize });
  }),
  sanitize: sanitizeLfm2,
});

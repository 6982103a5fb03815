import type { ValueId } from '@mlxengine/core/graph';
import type { ConfigReader } from '../config/config-reader.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture } from './architecture.js';
import { limits } from './limits.js';
import { selfAttention } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import { decoder, rmsNorm } from './parts/decoder.js';
import { projections, readExpertCounts, stackExperts, switchGlu } from './parts/experts.js';
import { checkActivation, gatedMlp } from './parts/mlp.js';
import { moveConvolutionTaps } from './parts/recurrent-names.js';
import { dropUnused } from './parts/sanitize.js';
import { unsupported } from './parts/unsupported.js';

interface MixerArguments {
  readonly hiddenSize: number;
  readonly epsilon: number;
  /** Elements that the recurrence works on. */
  readonly inner: number;
  readonly stateSize: number;
  readonly rank: number;
  readonly taps: number;
  readonly projectionBias: boolean;
  readonly convolutionBias: boolean;
}

function readMixer(config: ConfigReader, hiddenSize: number, epsilon: number): MixerArguments {
  return {
    hiddenSize, epsilon,
    inner: hiddenSize * config.integer('mamba_expand', { minimum: 1, maximum: 64 }),
    stateSize: config.integer('mamba_d_state', { minimum: 1, maximum: 8192 }),
    rank: config.raw('mamba_dt_rank') === 'auto' ? Math.ceil(hiddenSize / 16) : config.integer('mamba_dt_rank', limits.hiddenSize, Math.ceil(hiddenSize / 16)),
    taps: config.integer('mamba_d_conv', { minimum: 2, maximum: 64 }),
    projectionBias: config.boolean('mamba_proj_bias', false),
    convolutionBias: config.boolean('mamba_conv_bias', true),
  };
}

/** Mamba 1: every element is a head with time steps and a decay of its own. */
function mixer(graph: GraphBuilder, x: ValueId, path: string, args: MixerArguments): ValueId {
  const { hiddenSize, epsilon, inner, stateSize, rank, taps, projectionBias: bias, convolutionBias } = args;
  const [input, gate] = graph.split(graph.linear(x, `${path}.in_proj`, { dimensions: 2 * inner, bias }), [inner, inner]);
  const convolved = graph.causalConv(input, {
    weight: `${path}.conv1d.weight`, width: taps, bias: convolutionBias ? `${path}.conv1d.bias` : undefined, activation: 'silu', state: `${path}.conv1d`,
  });
  const [delta, b, c] = graph.split(graph.linear(convolved, `${path}.x_proj`, { dimensions: rank + 2 * stateSize }), [rank, stateSize, stateSize]);
  const norm = (value: ValueId, name: string): ValueId => graph.rmsNorm(value, `${path}.${name}_layernorm`, { epsilon });
  const dt = graph.unary('softplus', graph.linear(norm(delta, 'dt'), `${path}.dt_proj`, { dimensions: inner, bias: true }));
  const scanned = graph.ssmScan(graph.reshape(convolved, [inner, 1]), {
    dt, a: graph.unary('negative', graph.unary('exp', graph.parameter(`${path}.A_log`, [inner, stateSize]))),
    b: graph.reshape(norm(b, 'b'), [1, stateSize]), c: graph.reshape(norm(c, 'c'), [1, stateSize]), state: path,
  });
  const skipped = graph.multiply(convolved, graph.parameter(`${path}.D`, [inner]));
  const y = graph.add(graph.reshape(scanned, [inner]), skipped);
  return graph.linear(graph.gated('silu', gate, y), `${path}.out_proj`, { dimensions: hiddenSize, bias });
}

function readBlocks(config: ConfigReader, layers: number): readonly boolean[] {
  const period = config.integer('attn_layer_period', limits.layers, 8);
  const offset = config.integer('attn_layer_offset', { minimum: 0, maximum: limits.layers.maximum }, 4);
  const names = config.optionalStrings('layers_block_type') ?? Array.from({ length: layers }, (_, layer) => (layer % period === offset ? 'attention' : 'mamba'));
  const other = names.find((name) => name !== 'attention' && name !== 'mamba');
  if (other !== undefined) throw unsupported(`layers of the type ${JSON.stringify(other)}`);
  if (names.length !== layers) throw config.invalid('layers_block_type', `[${layers} × string]`);
  return names.map((name) => name === 'attention');
}

/** Source: mlx-lm `models/jamba.py`. */
export const jamba: Architecture = defineArchitecture({
  modelType: 'jamba',
  readArguments: (config) => {
    checkActivation(config, ['silu']);
    const decoderArguments = readDecoder(config, { headDimension: 'derived' });
    const { layers, hiddenSize, epsilon } = decoderArguments;
    const period = config.integer('expert_layer_period', limits.layers, 2);
    const offset = config.integer('expert_layer_offset', { minimum: 0, maximum: limits.layers.maximum }, 1);
    const { experts, count } = readExpertCounts(config, 'num_experts');
    return {
      ...decoderArguments, experts, count,
      attends: readBlocks(config, layers),
      // mlx-lm adds the offset, where transformers compares with it.
      sparse: Array.from({ length: layers }, (_, layer) => experts > 1 && (layer + offset) % period === 0),
      mixer: readMixer(config, hiddenSize, epsilon),
    };
  },
  buildGraph: (graph, args) => decoder(graph, args, {
    normName: 'final_layernorm',
    layer: (x, path, layer) => {
      const norm = rmsNorm(graph, args);
      const input = norm(x, `${path}.input_layernorm`);
      const h = graph.add(x, args.attends[layer] === true ? selfAttention(graph, input, `${path}.self_attn`, args) : mixer(graph, input, `${path}.mamba`, args.mixer));
      const normed = norm(h, `${path}.pre_ff_layernorm`);
      const feed = `${path}.feed_forward`;
      if (args.sparse[layer] !== true) return graph.add(h, gatedMlp(graph, normed, feed, args));
      const routed = graph.route(graph.linear(normed, `${feed}.router`, { dimensions: args.experts }), { scoring: 'logits', softmax: true, count: args.count });
      return graph.add(h, switchGlu(graph, normed, routed, `${feed}.switch_mlp`, args));
    },
  }),
  sanitize: (tensors, args) => {
    dropUnused(tensors, args);
    moveConvolutionTaps(tensors);
    stackExperts(tensors, 'feed_forward.experts', 'feed_forward.switch_mlp', projections);
  },
});

import type { ValueId } from '@mlxengine/core/graph';
import type { ConfigReader } from '../../config/config-reader.js';
import type { GraphBuilder } from '../../graph/graph-builder.js';
import { limits } from '../limits.js';

/** What a gated delta net needs. */
export interface DeltaArguments {
  readonly deltaKeyHeads: number;
  readonly deltaValueHeads: number;
  readonly deltaKeyDimension: number;
  readonly deltaValueDimension: number;
  /** Taps of the convolution. */
  readonly taps: number;
}

/** Reads {@link DeltaArguments}; heads of values have to be a multiple of those of keys. */
export function readDelta(config: ConfigReader): DeltaArguments {
  const deltaKeyHeads = config.integer('linear_num_key_heads', limits.heads);
  const deltaValueHeads = config.integer('linear_num_value_heads', limits.heads);
  if (deltaValueHeads % deltaKeyHeads !== 0) throw config.invalid('linear_num_value_heads', `n · ${deltaKeyHeads}`);
  return {
    deltaKeyHeads, deltaValueHeads,
    deltaKeyDimension: config.integer('linear_key_head_dim', limits.headDimension),
    deltaValueDimension: config.integer('linear_value_head_dim', limits.headDimension),
    taps: config.integer('linear_conv_kernel_dim', { minimum: 2, maximum: 64 }),
  };
}

/** What the families project differently. */
export interface DeltaInputs {
  /** Queries, keys and values one after another: `[tokens, 2 · Hk · Dk + Hv · Dv]` */
  readonly joined: ValueId;
  /** Gate of the output, `[tokens, Hv, Dv]` */
  readonly z: ValueId;
  /** `[tokens, Hv]` */
  readonly b: ValueId;
  /** `[tokens, Hv]` */
  readonly a: ValueId;
}

/** Convolves, runs the gated delta rule, normalizes, gates and projects: `[tokens, hiddenSize]`. */
export function gatedDeltaNet(
  graph: GraphBuilder, { joined, z, b, a }: DeltaInputs, path: string, args: DeltaArguments & { readonly hiddenSize: number; readonly epsilon: number },
): ValueId {
  const { deltaKeyHeads: keyHeads, deltaValueHeads: heads, deltaKeyDimension: keySize, deltaValueDimension: size, taps, epsilon } = args;
  const convolved = graph.causalConv(joined, { weight: `${path}.conv1d.weight`, width: taps, activation: 'silu', state: `${path}.conv1d` });
  const [q, k, v] = graph.split(convolved, [keyHeads * keySize, keyHeads * keySize, heads * size]);
  const scale = keySize ** -0.5;
  // The length's epsilon of 1e-6 is one of the mean here, and the scale of the scores is folded into the queries.
  const unit = (value: ValueId): ValueId => graph.rmsNorm(graph.reshape(value, [keyHeads, keySize]), undefined, { epsilon: 1e-6 * scale ** 2 });
  const steps = graph.unary('softplus', graph.add(a, graph.parameter(`${path}.dt_bias`, [heads])));
  const rates = graph.unary('negative', graph.unary('exp', graph.parameter(`${path}.A_log`, [heads])));
  const out = graph.gatedDelta({
    queries: graph.scale(unit(q), scale ** 2), keys: graph.scale(unit(k), scale), values: graph.reshape(v, [heads, size]),
    decay: graph.unary('exp', graph.multiply(steps, rates)), beta: graph.unary('sigmoid', b), state: path,
  });
  const gated = graph.gated('silu', z, graph.rmsNorm(out, `${path}.norm`, { epsilon }));
  return graph.linear(graph.reshape(gated, [heads * size]), `${path}.out_proj`, { dimensions: args.hiddenSize });
}

import type { ValueId } from '@mlxengine/core/graph';
import type { ConfigReader } from '../../config/config-reader.js';
import type { GraphBuilder } from '../../graph/graph-builder.js';
import type { ClipBounds } from '../../graph/builder/math-builder.js';
import { limits } from '../limits.js';

/** What a mixer of Mamba 2 needs. */
export interface Mamba2Arguments {
  readonly mixerHeads: number;
  readonly mixerHeadDimension: number;
  /** Heads of a group share B and C. */
  readonly groups: number;
  readonly stateSize: number;
  /** Taps of the convolution. */
  readonly taps: number;
  readonly convolutionBias: boolean;
  readonly projectionBias: boolean;
  readonly timeStepLimit: ClipBounds;
}

/** Keys of {@link Mamba2Arguments} in a config. */
export type Mamba2Keys = Readonly<Record<'heads' | 'headDimension' | 'groups' | 'stateSize' | 'taps' | 'convolutionBias' | 'projectionBias', string>>;

/** Reads {@link Mamba2Arguments}; heads have to be a multiple of the groups. */
export function readMamba2(config: ConfigReader, keys: Mamba2Keys, defaultLimit?: readonly [number, number]): Mamba2Arguments {
  const mixerHeads = config.integer(keys.heads, limits.heads);
  const groups = config.integer(keys.groups, limits.heads, 1);
  if (mixerHeads % groups !== 0) throw config.invalid(keys.groups, `n, ${mixerHeads} / n`);
  return {
    mixerHeads, groups,
    mixerHeadDimension: config.integer(keys.headDimension, { ...limits.headDimension, minimum: 1 }),
    stateSize: config.integer(keys.stateSize, limits.headDimension),
    taps: config.integer(keys.taps, { minimum: 2, maximum: 64 }),
    convolutionBias: config.boolean(keys.convolutionBias, true),
    projectionBias: config.boolean(keys.projectionBias, false),
    timeStepLimit: readTimeStepLimit(config, defaultLimit),
  };
}

/** Its end may be infinite. */
function readTimeStepLimit(config: ConfigReader, fallback: readonly [number, number] = [0, Infinity]): ClipBounds {
  const limit = config.raw('time_step_limit') ?? fallback;
  const [minimum, maximum] = Array.isArray(limit) ? (limit as unknown[]) : [];
  if (typeof minimum === 'number' && typeof maximum === 'number' && minimum <= maximum) return { minimum, maximum };
  throw config.invalid('time_step_limit', '[number, number]');
}

/** Projects, convolves and scans: `[tokens, hiddenSize]` to the answer and its gate, `[tokens, heads · D]` each. */
export function mamba2Scan(graph: GraphBuilder, x: ValueId, path: string, args: Mamba2Arguments): { readonly y: ValueId; readonly gate: ValueId } {
  const { mixerHeads: heads, mixerHeadDimension: size, groups, stateSize, taps, convolutionBias, projectionBias, timeStepLimit } = args;
  const [inner, shared] = [heads * size, groups * stateSize];
  const projected = graph.linear(x, `${path}.in_proj`, { dimensions: 2 * inner + 2 * shared + heads, bias: projectionBias });
  const [gate, convolved, dt] = graph.split(projected, [inner, inner + 2 * shared, heads]);
  const [hidden, b, c] = graph.split(graph.causalConv(convolved, {
    weight: `${path}.conv1d.weight`, width: taps, bias: convolutionBias ? `${path}.conv1d.bias` : undefined, activation: 'silu', state: `${path}.conv1d`,
  }), [inner, shared, shared]);
  const input = graph.reshape(hidden, [heads, size]);
  const time = graph.unary('softplus', graph.add(dt, graph.parameter(`${path}.dt_bias`, [heads])));
  const scanned = graph.ssmScan(input, {
    dt: graph.clip(time, timeStepLimit), a: graph.unary('negative', graph.unary('exp', graph.parameter(`${path}.A_log`, [heads]))),
    b: graph.reshape(b, [groups, stateSize]), c: graph.reshape(c, [groups, stateSize]), state: path,
  });
  const skipped = graph.multiply(input, graph.reshape(graph.parameter(`${path}.D`, [heads]), [heads, 1]));
  return { y: graph.reshape(graph.add(scanned, skipped), [inner]), gate };
}

/** The mixer as most families have it: the gated answer is normalized by `norm` and projected by `out_proj`. */
export function mamba2Mixer(
  graph: GraphBuilder, x: ValueId, path: string, args: Mamba2Arguments & { readonly hiddenSize: number; readonly epsilon: number },
): ValueId {
  const { y, gate } = mamba2Scan(graph, x, path, args);
  const normed = graph.rmsNorm(graph.gated('silu', gate, y), `${path}.norm`, { epsilon: args.epsilon });
  return graph.linear(normed, `${path}.out_proj`, { dimensions: args.hiddenSize, bias: args.projectionBias });
}

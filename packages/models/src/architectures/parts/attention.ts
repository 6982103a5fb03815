import type { ValueId } from '@mlxengine/core/graph';
import type { GraphBuilder } from '../../graph/graph-builder.js';
import type { RopeSettings } from '../../graph/rope-settings.js';
import type { HeadArguments } from './decoder-arguments.js';

/** Heads before attention: `[tokens, Hq, D]`, `[tokens, Hkv, D]`, `[tokens, Hkv, Dv]`. */
export interface Heads {
  readonly queries: ValueId;
  readonly keys: ValueId;
  readonly values: ValueId;
}

/** A change of queries and keys, such as a norm; `name` is the one's that mlx-lm gives most of them. */
export type HeadChange = (value: ValueId, name: 'q_norm' | 'k_norm') => ValueId;

/** How heads are projected. */
export interface ProjectionOptions extends HeadArguments {
  /** Default false. */
  readonly bias?: boolean;
  /** Changes of `[tokens, heads · D]`, before they are parted into heads. */
  readonly rows?: HeadChange | undefined;
  /** Changes of `[tokens, heads, D]`. */
  readonly split?: HeadChange | undefined;
}

/** How heads attend. */
export interface AttendOptions {
  /** Name of the key-value cache, unique in the graph. */
  readonly state: string;
  /** Default: no rotation. */
  readonly rope?: RopeSettings | undefined;
  /** Changes of `[tokens, heads, D]` after the rotation. */
  readonly rotated?: HeadChange | undefined;
  /** Default: `D ** -0.5`. */
  readonly scale?: number | undefined;
  readonly window?: number | undefined;
  readonly softcap?: number | undefined;
  /** Name of a tensor `[Hq]`. */
  readonly sinks?: string | undefined;
}

/** What {@link selfAttention} takes. */
export interface SelfAttentionOptions extends ProjectionOptions, Omit<AttendOptions, 'state'> {
  readonly hiddenSize: number;
  /** Whether the output has a bias; default false. */
  readonly outputBias?: boolean;
  /** Name of the output's weight; default `o_proj`. */
  readonly output?: string;
  /** Name of one weight that holds queries, keys and values one after another, such as `qkv_proj`; default: three. */
  readonly fused?: string | undefined;
}

/** Queries, keys and values by `q_proj`, `k_proj` and `v_proj` under `path`. */
export function projectHeads(graph: GraphBuilder, x: ValueId, path: string, options: ProjectionOptions): Heads {
  const { heads, keyValueHeads, headDimension, bias = false } = options;
  const project = (name: string, count: number): ValueId => graph.linear(x, `${path}.${name}`, { dimensions: count * headDimension, bias });
  return shapeHeads(graph, {
    queries: project('q_proj', heads), keys: project('k_proj', keyValueHeads), values: project('v_proj', keyValueHeads),
  }, options);
}

/** Queries, keys and values by one weight that holds them one after another. */
function projectFusedHeads(graph: GraphBuilder, x: ValueId, weight: string, options: ProjectionOptions): Heads {
  const { heads, keyValueHeads, headDimension, bias = false } = options;
  const sizes = [heads * headDimension, keyValueHeads * headDimension, keyValueHeads * headDimension] as const;
  const [queries, keys, values] = graph.split(graph.linear(x, weight, { dimensions: sizes[0] + sizes[1] + sizes[2], bias }), sizes);
  return shapeHeads(graph, { queries, keys, values }, options);
}

/** Parts rows `[tokens, heads · D]` into heads, with the changes before and after. */
export function shapeHeads(graph: GraphBuilder, rows: Heads, options: Omit<ProjectionOptions, 'bias'>): Heads {
  const { heads, keyValueHeads, headDimension, rows: changeRows = unchanged, split = unchanged } = options;
  return {
    queries: split(graph.reshape(changeRows(rows.queries, 'q_norm'), [heads, headDimension]), 'q_norm'),
    keys: split(graph.reshape(changeRows(rows.keys, 'k_norm'), [keyValueHeads, headDimension]), 'k_norm'),
    values: graph.reshape(rows.values, [keyValueHeads, headDimension]),
  };
}

/** Rotates and attends, causally and with a cache: `[tokens, Hq, Dv]`. */
export function attend(graph: GraphBuilder, heads: Heads, { rope, rotated = unchanged, scale, ...options }: AttendOptions): ValueId {
  const rotate = (value: ValueId): ValueId => (rope === undefined ? value : graph.rope(value, rope));
  const [, headDimension = 1] = graph.dimensionsOf(heads.queries);
  return graph.attention({
    queries: rotated(rotate(heads.queries), 'q_norm'), keys: rotated(rotate(heads.keys), 'k_norm'), values: heads.values,
    scale: scale ?? headDimension ** -0.5, ...options,
  });
}

/** `[tokens, heads, D]` to `[tokens, heads · D]`. */
export function joinHeads(graph: GraphBuilder, value: ValueId): ValueId {
  const [heads = 0, dimension = 0] = graph.dimensionsOf(value);
  return graph.reshape(value, [heads * dimension]);
}

/** Self-attention with the module's weights under `path`, which names its cache, too: `[tokens, hiddenSize]` to the same. */
export function selfAttention(graph: GraphBuilder, x: ValueId, path: string, options: SelfAttentionOptions): ValueId {
  const { hiddenSize, outputBias: bias = false, output = 'o_proj', fused, rope, rotated, scale, window, softcap, sinks } = options;
  const heads = fused === undefined ? projectHeads(graph, x, path, options) : projectFusedHeads(graph, x, `${path}.${fused}`, options);
  const attended = attend(graph, heads, { state: path, rope, rotated, scale, window, softcap, sinks });
  return graph.linear(joinHeads(graph, attended), `${path}.${output}`, { dimensions: hiddenSize, bias });
}

const unchanged = (value: ValueId): ValueId => value;

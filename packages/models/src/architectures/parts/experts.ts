import type { GatedActivation, ValueId } from '@mlxengine/core/graph';
import type { Bounds, ConfigReader } from '../../config/config-reader.js';
import type { GraphBuilder } from '../../graph/graph-builder.js';
import type { RouteOptions } from '../../graph/builder/expert-builder.js';
import type { CheckpointTensors } from '../../sanitize/checkpoint-tensors.js';
import { SymbolicTensor } from '../../sanitize/symbolic-tensor.js';

/** Bounds of the number of experts, and of how many a token takes. */
export const expertBounds: Bounds = { minimum: 1, maximum: 4096 };

/** Bounds of factors on weights and activations. */
export const factorBounds: Bounds = { minimum: -1e6, maximum: 1e6 };

/** How many experts there are and how many each token takes. */
export function readExpertCounts(config: ConfigReader, expertsKey: string, countKey = 'num_experts_per_tok'): { readonly experts: number; readonly count: number } {
  const experts = config.integer(expertsKey, expertBounds);
  return { experts, count: config.integer(countKey, { minimum: 1, maximum: experts }) };
}

/** `n_group` and `topk_group` as `route` takes them; `undefined` where all groups stay. */
export function readGroups(config: ConfigReader, experts: number, score: 'max' | 'top2' = 'top2'): RouteOptions['groups'] {
  const count = config.integer('n_group', expertBounds, 1);
  if (experts % count !== 0) throw config.invalid('n_group', `n, ${experts} / n`);
  if (count === 1) return undefined;
  const keep = config.integer('topk_group', { minimum: 1, maximum: count }, 1);
  return keep === count ? undefined : { count, keep, score };
}

/** Divides the weights by their sum, as most families' `norm_topk_prob` asks; a single expert keeps its score. */
export function normalized(config: ConfigReader, count: number, epsilon = 0, fallback?: boolean): Pick<RouteOptions, 'normalize'> {
  return config.boolean('norm_topk_prob', fallback) && count > 1 ? { normalize: { mode: 'add', epsilon } } : {};
}

/** What {@link switchGlu} takes. */
export interface SwitchOptions {
  readonly experts: number;
  readonly intermediateSize: number;
  readonly hiddenSize: number;
  /** Default `silu`. */
  readonly activation?: GatedActivation;
  /** Default false. */
  readonly bias?: boolean;
}

/** What `route` gives. */
export interface Routed {
  readonly indices: ValueId;
  readonly weights: ValueId;
}

/** Gated experts by the stacks `gate_proj`, `up_proj` and `down_proj` under `path`, summed by their weights. */
export function switchGlu(graph: GraphBuilder, x: ValueId, { indices, weights }: Routed, path: string, options: SwitchOptions): ValueId {
  const { experts, intermediateSize, hiddenSize, activation = 'silu', bias = false } = options;
  const linear = (input: ValueId, name: string, dimensions: number): ValueId =>
    graph.expertLinear(input, indices, `${path}.${name}`, { experts, dimensions, bias });
  const up = linear(x, 'up_proj', intermediateSize);
  const gate = linear(x, 'gate_proj', intermediateSize);
  return graph.combine(linear(graph.gated(activation, gate, up), 'down_proj', hiddenSize), weights);
}

/** Names of the experts' linears where they are the graph's own. */
export const projections: Readonly<Record<string, string>> = { gate_proj: 'gate_proj', up_proj: 'up_proj', down_proj: 'down_proj' };

/** Names of the experts' linears as Mixtral has them. */
export const mixtralProjections: Readonly<Record<string, string>> = { w1: 'gate_proj', w2: 'down_proj', w3: 'up_proj' };

/**
 * Stacks experts that lie apart: `….{from}.{e}.{theirs}.{weight | scales | biases | bias}` to `….{to}.{ours}.…`.
 * @param names - from theirs to ours
 */
export function stackExperts(tensors: CheckpointTensors, from: string, to: string, names: Readonly<Record<string, string>>): void {
  const pattern = new RegExp(`^(.*)\\.${from.replaceAll('.', '\\.')}\\.0\\.(${Object.keys(names).join('|')})\\.(weight|scales|biases|bias|global_scale)$`);
  for (const name of tensors.names()) {
    const [, head, theirs = '', part] = pattern.exec(name) ?? [];
    if (head === undefined) continue;
    const parts: SymbolicTensor[] = [];
    for (let e = 0; tensors.has(`${head}.${from}.${e}.${theirs}.${part}`); e += 1) parts.push(tensors.take(`${head}.${from}.${e}.${theirs}.${part}`));
    tensors.set(`${head}.${to}.${names[theirs]}.${part}`, SymbolicTensor.stack(parts));
  }
}

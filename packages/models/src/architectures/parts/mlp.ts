import type { GatedActivation, UnaryFunction, ValueId } from '@mlxengine/core/graph';
import type { ConfigReader } from '../../config/config-reader.js';
import type { GraphBuilder } from '../../graph/graph-builder.js';
import { unsupported } from './unsupported.js';

/** What {@link gatedMlp} takes. */
export interface GatedMlpOptions {
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  /** Default `silu`. */
  readonly activation?: GatedActivation;
  /** Default false. */
  readonly bias?: boolean;
  /** Name of one weight that holds gate and up one after another, such as `gate_up_proj`; default: two. */
  readonly fused?: string;
}

/** `down_proj(activation(gate_proj(x)) · up_proj(x))` with the module's weights under `path`. */
export function gatedMlp(graph: GraphBuilder, x: ValueId, path: string, options: GatedMlpOptions): ValueId {
  const { hiddenSize, intermediateSize: size, activation = 'silu', bias = false, fused } = options;
  const [gate, up] = fused === undefined
    ? [graph.linear(x, `${path}.gate_proj`, { dimensions: size, bias }), graph.linear(x, `${path}.up_proj`, { dimensions: size, bias })]
    : graph.split(graph.linear(x, `${path}.${fused}`, { dimensions: 2 * size, bias }), [size, size]);
  return graph.linear(graph.gated(activation, gate, up), `${path}.down_proj`, { dimensions: hiddenSize, bias });
}

/** What {@link plainMlp} takes. */
export interface PlainMlpOptions {
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly activation: UnaryFunction;
  /** Default false. */
  readonly bias?: boolean;
  /** Names of the two weights. */
  readonly names: readonly [string, string];
}

/** `second(activation(first(x)))` with the module's weights under `path`. */
export function plainMlp(graph: GraphBuilder, x: ValueId, path: string, options: PlainMlpOptions): ValueId {
  const { hiddenSize, intermediateSize, activation, bias = false, names: [first, second] } = options;
  const inner = graph.unary(activation, graph.linear(x, `${path}.${first}`, { dimensions: intermediateSize, bias }));
  return graph.linear(inner, `${path}.${second}`, { dimensions: hiddenSize, bias });
}

/**
 * Refuses a config whose activation is not the one that the family computes.
 * @param names - transformers' names of that one; a silent config is right
 */
export function checkActivation(config: ConfigReader, names: readonly string[], key = 'hidden_act'): void {
  const name = config.string(key, names[0]);
  if (!names.includes(name)) throw unsupported(`the activation ${JSON.stringify(name)}`, `Supported here: ${names.join(', ')}.`);
}

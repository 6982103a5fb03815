import { type Lowering, missing, type OperationOf } from '../lowering.js';
import type { RecurrentLayout } from '../state-layout.js';

/** A convolution over what a state holds and the step. */
export function lowerCausalConv({ input, weight, bias, activation, state, output }: OperationOf<'causalConv'>, lowering: Lowering): void {
  const layout = stateOf(state, lowering);
  const [kept = 0, channels = 1] = layout.shape;
  lowering.emit({
    kernel: 'causalConv', ...lowering.rows(output), input: lowering.of(input), weight: lowering.vector(weight),
    ...(bias !== undefined && { bias: lowering.vector(bias) }), silu: activation === 'silu', channels, width: kept + 1, state: layout,
    output: lowering.define(output),
  });
}

/** The gated delta rule on a state. */
export function lowerGatedDelta(operation: OperationOf<'gatedDelta'>, lowering: Lowering): void {
  const { queries, keys, values, decay, beta, state, output } = operation;
  const [keyHeads = 1, keyDimension = 1] = lowering.dimensions(keys);
  const [heads = 1, valueDimension = 1] = lowering.dimensions(values);
  lowering.emit({
    kernel: 'gatedDelta', ...lowering.rows(output), queries: lowering.of(queries), keys: lowering.of(keys), values: lowering.of(values),
    decay: lowering.of(decay), beta: lowering.of(beta), keyHeads, heads, keyDimension, valueDimension,
    columnDecay: lowering.dimensions(decay).length > 1, state: stateOf(state, lowering), output: lowering.define(output),
  });
}

/** A state-space scan on a state. */
export function lowerSSMScan({ input, dt, a, b, c, state, output }: OperationOf<'ssmScan'>, lowering: Lowering): void {
  const [heads = 1, dimension = 1] = lowering.dimensions(input);
  const [groups = 1, stateSize = 1] = lowering.dimensions(b);
  lowering.emit({
    kernel: 'ssmScan', ...lowering.rows(output), input: lowering.of(input), dt: lowering.of(dt), a: lowering.of(a), b: lowering.of(b),
    c: lowering.of(c), heads, groups, dimension, stateSize, columnA: lowering.dimensions(a).length > 1, state: stateOf(state, lowering),
    output: lowering.define(output),
  });
}

function stateOf(name: string, lowering: Lowering): RecurrentLayout {
  return lowering.states.recurrent.get(name) ?? missing('state', name);
}

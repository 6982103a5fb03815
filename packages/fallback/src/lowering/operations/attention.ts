import { type Lowering, missing, type OperationOf } from '../lowering.js';
import { type KVLayout, placeKeyValues } from '../state-layout.js';
import { groupHeads, lowerGroupedLinear } from './grouped-linear.js';

/** Of attentions that share a state the first writes it; without a state there is a place for the keys and values of a step. */
export function lowerAttention(operation: OperationOf<'attention'>, lowering: Lowering): void {
  const { scale, causal, window, softcap, sinks, output } = operation;
  const [heads = 1, keyDimension = 1] = lowering.dimensions(operation.queries);
  const [keyHeads = 1, valueDimension = 1] = lowering.dimensions(operation.values);
  const kept = operation.state !== undefined;
  let append = true;
  if (kept) {
    append = false;
    lowering.once(`appended/${operation.state}`, () => (append = true));
  }
  lowering.emit({
    kernel: 'attention', ...lowering.rows(output), queries: lowering.of(operation.queries), keys: lowering.of(operation.keys),
    values: lowering.of(operation.values), heads, keyHeads, keyDimension, valueDimension, scale, causal, ...(window !== undefined && { window }),
    ...(softcap !== undefined && { softcap }), ...(sinks !== undefined && { sinks: lowering.vector(sinks) }), kept, append,
    state: stateOf(operation, lowering), scores: lowering.scores, output: lowering.define(output),
  });
}

function stateOf({ state, keys, values }: OperationOf<'attention'>, lowering: Lowering): KVLayout {
  const { keyValues, transient } = lowering.states;
  if (state !== undefined) return keyValues.get(state) ?? missing('state', state);
  const [heads = 1, keyDimension = 1] = lowering.dimensions(keys);
  const [, valueDimension = 1] = lowering.dimensions(values);
  return placeKeyValues({ name: '', heads, keyDimension, valueDimension }, transient);
}

/** Queries go into the space of the latents and answers come out of it, so that the cache is read as it is. */
export function lowerLatentAttention(operation: OperationOf<'latentAttention'>, lowering: Lowering): void {
  const { keyWeight, valueWeight, scale, output } = operation;
  const [heads = 1] = lowering.dimensions(operation.queries);
  const { leading } = lowering.rows(output);
  const state = lowering.states.latents.get(operation.state) ?? missing('state', operation.state);
  const grouping = groupHeads(lowering, leading, heads);
  const latent = (): number => lowering.buffer({ leading, elements: heads * state.rank, pinned: false });
  const [queries, answers] = [latent(), latent()];
  lowerGroupedLinear(lowering, { leading, input: lowering.of(operation.queries), shared: false, weight: keyWeight, grouping, output: queries });
  lowering.emit({
    kernel: 'latentAttention', leading, queries, rotatedQueries: lowering.of(operation.rotatedQueries), latents: lowering.of(operation.latents),
    rotatedKeys: lowering.of(operation.rotatedKeys), heads, scale, state, scores: lowering.scores, output: answers,
  });
  lowerGroupedLinear(lowering, { leading, input: answers, shared: false, weight: valueWeight, grouping, output: lowering.define(output) });
}

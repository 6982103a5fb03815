import type { BufferId } from '../calls/call.js';
import { type Lowering, missing, type OperationOf } from '../lowering.js';
import { type KVLayout, placeKeyValues } from '../state-layout.js';
import { groupHeads, lowerGroupedLinear } from './grouped-linear.js';

/** Of attentions that share a state the first writes it; without a state there is a place for the keys and values of a step. */
export function lowerAttention(operation: OperationOf<'attention'>, lowering: Lowering): void {
  const { causal, window, softcap, sinks, output } = operation;
  const rounded = lowering.isBFloat16(output);
  const [heads = 1, keyDimension = 1] = lowering.dimensions(operation.queries);
  const [keyHeads = 1, valueDimension = 1] = lowering.dimensions(operation.values);
  const kept = operation.state !== undefined;
  let append = true;
  if (kept) {
    append = false;
    lowering.once(`appended/${operation.state}`, () => (append = true));
  }
  lowering.emit({
    kernel: 'attention', ...lowering.rows(output), queries: rounded ? roundedQueries(operation, lowering) : lowering.of(operation.queries),
    keys: lowering.of(operation.keys), values: lowering.of(operation.values), heads, keyHeads, keyDimension, valueDimension,
    scale: rounded ? 1 : operation.scale, causal, rounded, ...(window !== undefined && { window }),
    ...(softcap !== undefined && { softcap }), ...(sinks !== undefined && { sinks: lowering.vector(sinks) }), kept, append,
    state: stateOf(operation, lowering), scores: lowering.scores, output: lowering.define(output),
  });
}

/** In bfloat16 the scale is a product of its own. */
function roundedQueries({ queries, scale }: OperationOf<'attention'>, lowering: Lowering): BufferId {
  const [rows, elements] = [lowering.rows(queries), lowering.elements(queries)];
  const output = lowering.buffer({ ...rows, elements, pinned: false });
  lowering.emit({ kernel: 'scale', ...rows, input: lowering.of(queries), factor: toBFloat16(scale), offset: 0, elements, output });
  lowering.emit({ kernel: 'roundBFloat16', ...rows, output, elements });
  return output;
}

function toBFloat16(value: number): number {
  const words = new Uint32Array(Float32Array.of(value).buffer);
  const word = words[0] ?? 0;
  words[0] = (word + 0x7fff + ((word >>> 16) & 1)) & 0xffff0000;
  return new Float32Array(words.buffer)[0] ?? value;
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

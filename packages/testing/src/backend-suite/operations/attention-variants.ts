import type { AttentionOperation, ValueId } from '@mlxengine/core/graph';
import type { GraphDraft } from '../../graph-draft/graph-draft.js';
import { variant, type OperationSubject, type VariantOptions } from './operation-variant.js';

/** Settings of {@link attend}. */
export interface AttendOptions extends Partial<Pick<AttentionOperation, 'window' | 'softcap' | 'sinks'>> {
  /** Query heads; default 4. */
  readonly heads?: number;
  /** Default 2. */
  readonly keyHeads?: number;
  /** Default 8. */
  readonly size?: number;
  /** Default: as the size. */
  readonly valueSize?: number;
  /** Unique in the graph; default `attention`. */
  readonly name?: string;
  /** Default: a cache of its own; `null`: none. */
  readonly state?: string | null;
  readonly causal?: boolean;
}

/** One attention with its projections. */
export function attend(draft: GraphDraft, hidden: ValueId, options: AttendOptions): ValueId {
  const { heads = 4, keyHeads = 2, size = 8, valueSize = size, name = 'attention' } = options;
  const queries = draft.heads(`${name}.q`, hidden, heads, size);
  const keys = draft.heads(`${name}.k`, hidden, keyHeads, size);
  const values = draft.heads(`${name}.v`, hidden, keyHeads, valueSize);
  const { window } = options;
  const kept = { type: 'kv', name, heads: keyHeads, keyDimension: size, valueDimension: valueSize, ...(window !== undefined && { window }) } as const;
  const state = options.state === null ? undefined : draft.state(kept);
  return attendTo(draft, { queries, keys, values }, options, state);
}

function attendTo(
  draft: GraphDraft, inputs: Pick<AttentionOperation, 'queries' | 'keys' | 'values'>, { window, softcap, sinks, causal = true }: AttendOptions, state?: string,
): ValueId {
  const [heads = 0, size = 0] = draft.dimensionsOf(inputs.queries);
  const [, valueSize = 0] = draft.dimensionsOf(inputs.values);
  if (sinks !== undefined) draft.declare({ path: sinks, kind: 'tensor', shape: [heads], bias: false });
  const settings = {
    ...(window !== undefined && { window }), ...(softcap !== undefined && { softcap }), ...(sinks !== undefined && { sinks }), ...(state !== undefined && { state }),
  };
  // Twice the usual scale, so that the scores differ enough to matter.
  return draft.add({ type: 'attention', ...inputs, ...settings, scale: 2 * size ** -0.5, causal }, [heads, valueSize]);
}

/** Two attentions over the keys and values of one cache, the first of which sees a window. */
function sharing(draft: GraphDraft, hidden: ValueId, windows: readonly [number | undefined, number | undefined]): ValueId {
  const [keys, values] = [draft.heads('k', hidden, 2, 8), draft.heads('v', hidden, 2, 8)];
  const [first, second] = windows;
  const window = first === undefined || second === undefined ? undefined : Math.max(first, second);
  const state = draft.state({ type: 'kv', name: 'shared', heads: 2, keyDimension: 8, valueDimension: 8, ...(window !== undefined && { window }) });
  const [one, two] = windows.map((each, index) =>
    attendTo(draft, { queries: draft.heads(`q${index}`, hidden, 4, 8), keys, values }, each === undefined ? {} : { window: each }, state)) as [ValueId, ValueId];
  return draft.sum(one, draft.scale(two, 0.7));
}

const settings: Readonly<Record<string, AttendOptions>> = {
  'shared key heads': {},
  'as many key heads as query heads': { keyHeads: 4 },
  'one key head': { keyHeads: 1 },
  'three query heads a key head': { heads: 6 },
  'values narrower than keys': { valueSize: 5 },
  'values wider than keys': { valueSize: 24 },
  'heads of 64': { size: 64 },
  'heads of 80': { size: 80, keyHeads: 1 },
  'heads of 128': { size: 128, heads: 2, keyHeads: 1 },
};

const windows: Readonly<Record<string, AttendOptions>> = {
  'a window': { window: 8 },
  'a window of 1': { window: 1 },
  'a window of 5 in heads of 64': { window: 5, size: 64 },
  'a window wider than the context so far': { window: 200 },
};

const scores: Readonly<Record<string, AttendOptions>> = {
  'capped scores': { softcap: 1.5 },
  'capped scores in a window': { softcap: 1.5, window: 6 },
  'sinks': { sinks: 'sinks' },
  'sinks in heads of 64': { sinks: 'sinks', size: 64 },
  'sinks in a window': { sinks: 'sinks', window: 6 },
  'sinks and capped scores': { sinks: 'sinks', softcap: 2 },
};

const variantsOf = (table: Readonly<Record<string, AttendOptions>>): OperationSubject['variants'] =>
  Object.entries(table).map(([name, options]) => variant(name, (draft, hidden) => attend(draft, hidden, options)));

/** Latent attention with its projections: latents of 32, two heads. */
export function attendLatent(draft: GraphDraft, hidden: ValueId, name = 'latent'): ValueId {
  const [rank, heads, querySize, ropeSize, valueSize] = [32, 2, 32, 8, 16] as const;
  const keyWeight = draft.declare({ path: `${name}.embed_q`, kind: 'stack', shape: [heads, rank, querySize], bias: false });
  const valueWeight = draft.declare({ path: `${name}.unembed_out`, kind: 'stack', shape: [heads, valueSize, rank], bias: false });
  const state = draft.state({ type: 'latent', name, rank, ropeDimension: ropeSize });
  return draft.add({
    type: 'latentAttention', queries: draft.heads(`${name}.q`, hidden, heads, querySize), rotatedQueries: draft.heads(`${name}.qr`, hidden, heads, ropeSize),
    latents: draft.linear(`${name}.kv`, hidden, rank), rotatedKeys: draft.linear(`${name}.kr`, hidden, ropeSize), keyWeight, valueWeight, state, scale: 0.3,
  }, [heads, valueSize]);
}

const quantized: VariantOptions = { quantization: { mode: 'affine', bits: 8, groupSize: 32 }, quantizedPaths: ['latent.embed_q', 'latent.unembed_out'] };

/** Attention of every kind that keeps a cache. */
export const attentionSubjects: readonly OperationSubject[] = [
  { name: 'attention', variants: variantsOf(settings) },
  { name: 'attention in windows', variants: variantsOf(windows) },
  { name: 'attention with sinks and capped scores', variants: variantsOf(scores) },
  {
    name: 'attention over a shared cache',
    variants: [
      variant('both see all', (draft, hidden) => sharing(draft, hidden, [undefined, undefined])),
      variant('the first in a window', (draft, hidden) => sharing(draft, hidden, [6, undefined])),
      variant('the second in a window', (draft, hidden) => sharing(draft, hidden, [undefined, 6])),
      variant('both in windows', (draft, hidden) => sharing(draft, hidden, [9, 4])),
    ],
  },
  {
    name: 'two caches',
    variants: [
      variant('of different shapes and windows', (draft, hidden) => {
        const first = attend(draft, hidden, { name: 'first', window: 7 });
        const second = attend(draft, draft.linear('between', draft.flatten(first), 32), { name: 'second', keyHeads: 1, size: 16 });
        return second;
      }),
    ],
  },
  {
    name: 'latent attention',
    variants: [
      variant('dense', (draft, hidden) => attendLatent(draft, hidden)),
      variant('of quantized stacks', (draft, hidden) => attendLatent(draft, hidden), quantized),
    ],
  },
];

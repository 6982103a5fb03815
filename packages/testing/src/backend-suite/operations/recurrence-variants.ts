import type { ValueId } from '@mlxengine/core/graph';
import type { GraphDraft } from '../../graph-draft/graph-draft.js';
import { attend, attendLatent } from './attention-variants.js';
import { variant, type OperationSubject, type OperationVariant } from './operation-variant.js';

interface ConvOptions {
  readonly width?: number;
  readonly bias?: boolean;
  readonly activation?: 'none' | 'silu';
}

function causalConv(draft: GraphDraft, input: ValueId, { width = 4, bias = false, activation = 'none' }: ConvOptions, name = 'conv'): ValueId {
  const [channels = 0] = draft.dimensionsOf(input);
  const weight = draft.declare({ path: `${name}.weight`, kind: 'tensor', shape: [channels, width, 1], bias: false });
  const added = bias ? { bias: draft.declare({ path: `${name}.bias`, kind: 'tensor', shape: [channels], bias: false }) } : {};
  const state = draft.state({ type: 'rolling', name, channels, width: width - 1 });
  return draft.add({ type: 'causalConv', input, weight, ...added, activation, state }, [channels]);
}

interface DeltaOptions {
  readonly keyHeads?: number;
  readonly heads?: number;
  readonly keySize?: number;
  readonly valueSize?: number;
  readonly columns?: boolean;
}

function gatedDelta(draft: GraphDraft, hidden: ValueId, options: DeltaOptions, name = 'delta'): ValueId {
  const { keyHeads = 2, heads = 4, keySize = 8, valueSize = 6, columns = false } = options;
  const normed = (weight: string): ValueId => draft.scale(draft.heads(`${name}.${weight}`, hidden, keyHeads, keySize), keySize ** -0.5);
  const decay = draft.unary('sigmoid', draft.scale(draft.linear(`${name}.decay`, hidden, heads * (columns ? keySize : 1)), 1, 1.5));
  const state = draft.state({ type: 'matrix', name, shape: [heads, valueSize, keySize] });
  return draft.add({
    type: 'gatedDelta', queries: normed('q'), keys: normed('k'), values: draft.heads(`${name}.v`, hidden, heads, valueSize),
    decay: columns ? draft.reshape(decay, [heads, keySize]) : decay, beta: draft.unary('sigmoid', draft.linear(`${name}.beta`, hidden, heads)), state,
  }, [heads, valueSize]);
}

interface ScanOptions {
  readonly heads?: number;
  readonly size?: number;
  readonly groups?: number;
  readonly stateSize?: number;
  /** Mamba 1: a decay for each element of the state. */
  readonly columns?: boolean;
}

function ssmScan(draft: GraphDraft, hidden: ValueId, options: ScanOptions, name = 'scan'): ValueId {
  const { heads = 4, size = 6, groups = 2, stateSize = 8, columns = false } = options;
  const a = draft.unary('negative', draft.unary('exp', draft.parameter(`${name}.log`, columns ? [heads, stateSize] : [heads])));
  const state = draft.state({ type: 'matrix', name, shape: [heads, size, stateSize] });
  return draft.add({
    type: 'ssmScan', input: draft.heads(`${name}.x`, hidden, heads, size), dt: draft.unary('softplus', draft.linear(`${name}.dt`, hidden, heads)), a,
    b: draft.heads(`${name}.b`, hidden, groups, stateSize), c: draft.heads(`${name}.c`, hidden, groups, stateSize), state,
  }, [heads, size]);
}

/** A convolution, a delta rule, a scan and an attention, one after another. */
const hybridVariant: OperationVariant = variant('a hybrid', (draft, hidden) => {
  const convolved = draft.sum(hidden, causalConv(draft, hidden, { activation: 'silu', bias: true }));
  const delta = draft.linear('delta.out', draft.flatten(gatedDelta(draft, convolved, {})), 32);
  const normed = draft.rmsNorm(draft.sum(convolved, delta), 'scan.norm', 1e-5);
  const scanned = draft.rmsNorm(draft.linear('scan.out', draft.flatten(ssmScan(draft, normed, {})), 32), 'attention.norm', 1e-5);
  return draft.sum(draft.linear('attention.out', draft.flatten(attend(draft, draft.sum(convolved, scanned), {})), 32), scanned);
});

/** What a graph keeps of its sequences: everything (with sinks too), a window, latents, recurrent states, or a bit of each. */
export type TinyStateKind = 'standard' | 'sinks' | 'ring' | 'latent' | 'recurrent' | 'mixed';

/** A graph for each kind of state. Heads are of 64 numbers, so that keys and values can be quantized in groups of any size. */
export const stateKindVariants: Readonly<Record<TinyStateKind, OperationVariant>> = {
  standard: variant('standard', (draft, hidden) => attend(draft, hidden, { size: 64 })),
  sinks: variant('sinks', (draft, hidden) => attend(draft, hidden, { size: 64, sinks: 'sinks' })),
  ring: variant('ring', (draft, hidden) => attend(draft, hidden, { size: 64, window: 8 })),
  latent: variant('latent', (draft, hidden) => attendLatent(draft, hidden)),
  recurrent: variant('recurrent', (draft, hidden) => {
    const convolved = draft.sum(hidden, causalConv(draft, hidden, { activation: 'silu' }));
    const delta = draft.linear('delta.out', draft.flatten(gatedDelta(draft, convolved, {})), 32);
    const normed = draft.rmsNorm(draft.sum(convolved, delta), 'norm', 1e-5);
    return draft.sum(draft.linear('scan.out', draft.flatten(ssmScan(draft, normed, {})), 32), normed);
  }),
  mixed: variant('mixed', (draft, hidden) => {
    const convolved = draft.sum(hidden, causalConv(draft, hidden, { activation: 'silu' }));
    const scanned = draft.rmsNorm(draft.linear('scan.out', draft.flatten(ssmScan(draft, convolved, {})), 32), 'norm', 1e-5);
    const near = draft.linear('near.out', draft.flatten(attend(draft, scanned, { name: 'near', size: 64, window: 8 })), 32);
    return draft.sum(draft.linear('far.out', draft.flatten(attend(draft, draft.sum(scanned, near), { name: 'far', size: 64 })), 32), near);
  }),
};

/** Graphs by what their states can do, each of which answers prompts. */
export const statefulVariants: readonly OperationVariant[] = [
  variant('a convolution', (draft, hidden) => causalConv(draft, hidden, { activation: 'silu' })),
  variant('a delta rule', (draft, hidden) => gatedDelta(draft, hidden, {})),
  variant('a scan', (draft, hidden) => ssmScan(draft, hidden, {})),
  hybridVariant,
  variant('attention in a window', (draft, hidden) => attend(draft, hidden, { window: 8 })),
  variant('attention in a window and over all', (draft, hidden) =>
    draft.sum(attend(draft, hidden, { name: 'first', window: 8 }), attend(draft, hidden, { name: 'second' }))),
  variant('latent attention', (draft, hidden) => attendLatent(draft, hidden)),
];

/** Operations whose state is of a fixed size. */
export const recurrenceSubjects: readonly OperationSubject[] = [
  {
    name: 'causal convolutions',
    variants: [
      variant('plain', (draft, hidden) => causalConv(draft, hidden, {})),
      variant('with a bias', (draft, hidden) => causalConv(draft, hidden, { bias: true })),
      variant('with silu', (draft, hidden) => causalConv(draft, hidden, { activation: 'silu' })),
      variant('with a bias and silu', (draft, hidden) => causalConv(draft, hidden, { bias: true, activation: 'silu' })),
      variant('of two taps', (draft, hidden) => causalConv(draft, hidden, { width: 2 })),
      variant('of three taps', (draft, hidden) => causalConv(draft, hidden, { width: 3, bias: true })),
      variant('of more taps than a chunk has tokens', (draft, hidden) => causalConv(draft, hidden, { width: 11 })),
      variant('twice', (draft, hidden) => causalConv(draft, causalConv(draft, hidden, { activation: 'silu' }), { width: 3 }, 'second')),
    ],
  },
  {
    name: 'gated delta rule',
    variants: [
      variant('a decay for each head', (draft, hidden) => gatedDelta(draft, hidden, {})),
      variant('a decay for each column', (draft, hidden) => gatedDelta(draft, hidden, { columns: true })),
      variant('as many key heads as value heads', (draft, hidden) => gatedDelta(draft, hidden, { keyHeads: 4 })),
      variant('one key head', (draft, hidden) => gatedDelta(draft, hidden, { keyHeads: 1, columns: true })),
      variant('heads of 64', (draft, hidden) => gatedDelta(draft, hidden, { keySize: 64, valueSize: 64, heads: 2, keyHeads: 1 })),
      variant('heads of 64 with a decay for each column', (draft, hidden) => gatedDelta(draft, hidden, { keySize: 64, valueSize: 32, heads: 2, columns: true })),
    ],
  },
  {
    name: 'state-space scan',
    variants: [
      variant('a decay for each head', (draft, hidden) => ssmScan(draft, hidden, {})),
      variant('one group', (draft, hidden) => ssmScan(draft, hidden, { groups: 1 })),
      variant('as many groups as heads', (draft, hidden) => ssmScan(draft, hidden, { groups: 4 })),
      variant('a state of 64', (draft, hidden) => ssmScan(draft, draft.scale(hidden, 0.4), { stateSize: 64, size: 16, groups: 1 })),
      variant('a decay for each element, as in mamba 1', (draft, hidden) =>
        ssmScan(draft, hidden, { columns: true, heads: 24, size: 1, groups: 1, stateSize: 4 })),
      variant('a decay for each element and groups', (draft, hidden) => ssmScan(draft, hidden, { columns: true, heads: 8, size: 1, groups: 2, stateSize: 8 })),
    ],
  },
  { name: 'a hybrid of all states', variants: [hybridVariant] },
];

import type { Quantization } from '@mlxengine/core';
import type { RouteOperation, ValueId } from '@mlxengine/core/graph';
import type { GraphDraft } from '../../graph-draft/graph-draft.js';
import { quantizationName, variant, type OperationSubject, type OperationVariant, type VariantOptions } from './operation-variant.js';

type RouteSettings = Partial<Omit<RouteOperation, 'type' | 'input' | 'indices' | 'output'>>;

const experts = 8;

/** Chooses and weighs; `input` has a logit for each expert. */
function route(draft: GraphDraft, input: ValueId, settings: RouteSettings): { readonly indices: ValueId; readonly weights: ValueId } {
  const { count = 2, selectionBias, expertScale } = settings;
  const leading = draft.leadingOf(input);
  const shape = draft.dimensionsOf(input);
  for (const path of [selectionBias, expertScale]) if (path !== undefined) draft.declare({ path, kind: 'tensor', shape, bias: false });
  const indices = draft.value([count], { dtype: 'int32', leading });
  const weights = draft.add({ type: 'route', input, scoring: 'softmax', softmax: false, scale: 1, ...settings, count, indices }, [count], { leading });
  return { indices, weights };
}

function expertLinear(draft: GraphDraft, input: ValueId, indices: ValueId, weight: string, rows: number, bias = false): ValueId {
  draft.declare({ path: weight, kind: 'stack', shape: [experts, rows, draft.dimensionsOf(input).at(-1) as number], bias });
  const [count = 0] = draft.dimensionsOf(indices);
  return draft.add({ type: 'expertLinear', input, indices, weight }, [count, rows], { leading: draft.leadingOf(input) });
}

function combine(draft: GraphDraft, input: ValueId, weights: ValueId): ValueId {
  return draft.add({ type: 'combine', input, weights }, draft.dimensionsOf(input).slice(1), { leading: draft.leadingOf(input) });
}

/** A choice whose indices and weights both show in the logits. */
function routed(name: string, settings: RouteSettings, options: VariantOptions = {}, count = experts): OperationVariant {
  return variant(name, (draft, hidden) => {
    const { indices, weights } = route(draft, draft.scale(draft.linear('router', hidden, count), 2), settings);
    return combine(draft, expertLinear(draft, hidden, indices, 'up', 24), weights);
  }, options);
}

const add = { mode: 'add', epsilon: 0.1 } as const;
const maximum = { mode: 'maximum', epsilon: 0.6 } as const;
const bias = { selectionBias: 'bias' } as const;
/** Keeps the scores that a choice is made of over 0, where dropped ones are. */
const positiveBias: VariantOptions = { values: { bias: [0.3, 0.1, 0.25, 0.05, 0.4, 0.2, 0.15, 0.35] } };
// Each group has one expert far over 0 and one far under it, so that dropped ones, which are 0, come before a kept one.
const halves: VariantOptions = { values: { bias: [6, -6, 6, -6, 0, 0, 0, 0] } };

const scorings = ['softmax', 'sigmoid', 'logits', 'sparsemixer'] as const;

/** A whole layer of experts. */
function addExperts(draft: GraphDraft, hidden: ValueId, { count = 2, bias: biased = false }: { readonly count?: number; readonly bias?: boolean } = {}): ValueId {
  const { indices, weights } = route(draft, draft.linear('router', hidden, experts), { count });
  const [gate, up] = [expertLinear(draft, hidden, indices, 'gate', 32, biased), expertLinear(draft, hidden, indices, 'up', 32, biased)];
  const gated = draft.add({ type: 'gated', activation: 'silu', gate, up }, [count, 32], { leading: draft.leadingOf(hidden) });
  return combine(draft, expertLinear(draft, gated, indices, 'down', 32, biased), weights);
}

const quantizations: readonly Quantization[] = [
  { mode: 'affine', bits: 4, groupSize: 32 },
  { mode: 'affine', bits: 3, groupSize: 32 },
  { mode: 'affine', bits: 6, groupSize: 32 },
  { mode: 'affine', bits: 8, groupSize: 32 },
  { mode: 'mxfp4', bits: 4, groupSize: 32 },
  { mode: 'nvfp4', bits: 4, groupSize: 16 },
  { mode: 'nvfp4', bits: 4, groupSize: 16, globalScale: true },
  { mode: 'mxfp8', bits: 8, groupSize: 32 },
];

const quantizedPaths = ['gate', 'up', 'down'];

/** Mixtures of experts. */
export const expertSubjects: readonly OperationSubject[] = [
  {
    name: 'choices of experts',
    variants: [
      ...scorings.map((scoring) => routed(scoring, { scoring, jitter: 0.2 })),
      routed('the softmax among the chosen', { scoring: 'logits', softmax: true, count: 3 }),
      routed('normalized, with an epsilon that is added', { normalize: add, count: 3 }),
      routed('normalized, with an epsilon at least', { normalize: maximum, count: 3 }),
      routed('sigmoid, normalized and scaled', { scoring: 'sigmoid', normalize: add, scale: 2.5, count: 3 }),
      routed('a bias of the choice', { scoring: 'sigmoid', ...bias, normalize: add }),
      routed('a scale for each expert', { expertScale: 'scales', count: 3 }),
      routed('a scale for each expert and normalized', { expertScale: 'scales', normalize: add, count: 3, scale: 1.5 }),
      routed('one expert', { count: 1 }),
      routed('all experts', { count: experts }),
      routed('of sparsemixer more than two', { scoring: 'sparsemixer', jitter: 0.1, count: 3 }),
      variant('of rows', (draft, hidden) => {
        const rows = draft.selectRows(hidden);
        const { indices, weights } = route(draft, draft.linear('router', rows, experts), {});
        return combine(draft, expertLinear(draft, rows, indices, 'up', 24), weights);
      }),
    ],
  },
  {
    name: 'choices of experts by groups',
    variants: [
      routed('the greatest of each group', { groups: { count: 4, keep: 2, score: 'max' } }),
      routed('the two greatest of each group', { scoring: 'sigmoid', groups: { count: 2, keep: 1, score: 'top2' } }),
      routed('with a bias', { scoring: 'sigmoid', ...bias, groups: { count: 4, keep: 2, score: 'top2' }, normalize: add, scale: 1.5, count: 3 }, positiveBias),
      routed('dropped ones are 0', { scoring: 'logits', ...bias, groups: { count: 2, keep: 1, score: 'max' }, count: 3 }, { values: { bias: [6, -6, 6, -6] } }, 4),
      routed('every group stays', { ...bias, groups: { count: 4, keep: 4, score: 'max' } }, halves),
    ],
  },
  {
    name: 'linears of experts',
    variants: [
      variant('a layer', (draft, hidden) => addExperts(draft, hidden)),
      variant('a layer with biases', (draft, hidden) => addExperts(draft, hidden, { count: 3, bias: true })),
      variant('one expert', (draft, hidden) => addExperts(draft, hidden, { count: 1, bias: true })),
      variant('of rows', (draft, hidden) => addExperts(draft, draft.selectRows(hidden))),
    ],
  },
  ...quantizations.map((quantization): OperationSubject => ({
    name: `linears of experts in ${quantizationName(quantization)}`,
    variants: [
      variant('a layer', (draft, hidden) => addExperts(draft, hidden), { quantization, quantizedPaths }),
      variant('a layer with biases', (draft, hidden) => addExperts(draft, hidden, { count: 3, bias: true }), { quantization, quantizedPaths }),
    ],
  })),
];

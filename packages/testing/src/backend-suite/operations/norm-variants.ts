import type { ReduceFunction, ValueId } from '@mlxengine/core/graph';
import type { GraphDraft } from '../../graph-draft/graph-draft.js';
import { variant, type OperationSubject } from './operation-variant.js';

interface NormOptions {
  readonly weight?: string;
  readonly bias?: boolean;
  readonly weightOffset?: number;
  readonly epsilon?: number;
}

function norm(draft: GraphDraft, type: 'rmsNorm' | 'layerNorm', input: ValueId, { weight, bias = false, weightOffset = 0, epsilon = 1e-5 }: NormOptions): ValueId {
  const shape = draft.dimensionsOf(input);
  if (weight !== undefined) draft.declare({ path: weight, kind: 'vector', shape: shape.slice(-1), bias });
  return draft.add({ type, input, ...(weight !== undefined && { weight }), weightOffset, epsilon }, shape, { leading: draft.leadingOf(input) });
}

const l2Norm = (draft: GraphDraft, input: ValueId, epsilon: number): ValueId =>
  draft.add({ type: 'l2Norm', input, epsilon }, draft.dimensionsOf(input), { leading: draft.leadingOf(input) });

const reduce = (draft: GraphDraft, name: ReduceFunction, input: ValueId): ValueId =>
  draft.add({ type: 'reduce', function: name, input }, draft.dimensionsOf(input).with(-1, 1), { leading: draft.leadingOf(input) });

const softmax = (draft: GraphDraft, input: ValueId): ValueId =>
  draft.add({ type: 'softmax', input }, draft.dimensionsOf(input), { leading: draft.leadingOf(input) });

const normVariants = (type: 'rmsNorm' | 'layerNorm'): OperationSubject['variants'] => [
  variant('with a weight', (draft, hidden) => norm(draft, type, hidden, { weight: 'norm' })),
  variant('with a weight less 1', (draft, hidden) => norm(draft, type, hidden, { weight: 'norm', weightOffset: 1 })),
  variant('without a weight', (draft, hidden) => norm(draft, type, draft.scale(hidden, 3, 0.5), {})),
  variant('with a large epsilon', (draft, hidden) => norm(draft, type, hidden, { weight: 'norm', epsilon: 0.5 })),
  variant('by heads', (draft, hidden) => norm(draft, type, draft.reshape(hidden, [4, 8]), { weight: 'norm' })),
  variant('by heads without a weight', (draft, hidden) => norm(draft, type, draft.reshape(hidden, [4, 8]), {})),
  variant('of rows', (draft, hidden) => norm(draft, type, draft.selectRows(hidden), { weight: 'norm' })),
  variant('of a width that is no multiple of 4', (draft, hidden) => norm(draft, type, draft.linear('first', hidden, 23), { weight: 'norm' })),
];

/** Norms and what else runs over the last dimension. */
export const normSubjects: readonly OperationSubject[] = [
  { name: 'rmsNorm', variants: normVariants('rmsNorm') },
  {
    name: 'layerNorm',
    variants: [
      ...normVariants('layerNorm'),
      variant('with a bias', (draft, hidden) => norm(draft, 'layerNorm', hidden, { weight: 'norm', bias: true })),
      variant('with a bias and a weight less 1', (draft, hidden) => norm(draft, 'layerNorm', hidden, { weight: 'norm', bias: true, weightOffset: 1 })),
      variant('of numbers far from 0', (draft, hidden) => norm(draft, 'layerNorm', draft.scale(hidden, 1, 20), { weight: 'norm' })),
    ],
  },
  {
    name: 'l2Norm',
    variants: [
      variant('of all', (draft, hidden) => l2Norm(draft, hidden, 1e-12)),
      variant('by heads', (draft, hidden) => l2Norm(draft, draft.reshape(hidden, [4, 8]), 1e-6)),
      // About half of the heads are shorter than it.
      variant('of what is shorter than epsilon', (draft, hidden) => l2Norm(draft, draft.reshape(hidden, [8, 4]), 2.2)),
      variant('of zeros', (draft, hidden) => draft.sum(l2Norm(draft, draft.scale(hidden, 0), 1e-6), hidden)),
    ],
  },
  {
    name: 'reduce and softmax',
    variants: [
      ...(['sum', 'mean', 'max', 'deviation'] as const).flatMap((name) => [
        variant(name, (draft, hidden) => draft.binary('multiply', hidden, reduce(draft, name, draft.scale(hidden, name === 'sum' ? 0.1 : 1, 0.1)))),
        variant(`${name} of heads`, (draft, hidden) => reduce(draft, name, draft.reshape(hidden, [8, 4]))),
      ]),
      variant('softmax', (draft, hidden) => draft.scale(softmax(draft, draft.scale(hidden, 3)), 8)),
      variant('softmax of heads', (draft, hidden) => softmax(draft, draft.reshape(hidden, [4, 8]))),
      variant('softmax of large numbers', (draft, hidden) => softmax(draft, draft.scale(draft.reshape(hidden, [4, 8]), 100))),
    ],
  },
];

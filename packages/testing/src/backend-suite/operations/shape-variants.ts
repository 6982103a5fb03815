import type { ValueId } from '@mlxengine/core/graph';
import type { GraphDraft } from '../../graph-draft/graph-draft.js';
import { variant, type OperationSubject } from './operation-variant.js';

function slice(draft: GraphDraft, input: ValueId, axis: number, start: number, end: number, step = 1): ValueId {
  const dimensions = draft.dimensionsOf(input).with(axis, Math.ceil((end - start) / step));
  return draft.add({ type: 'slice', input, axis, start, end, step }, dimensions, { leading: draft.leadingOf(input) });
}

function concat(draft: GraphDraft, inputs: readonly ValueId[], axis: number): ValueId {
  const shapes = inputs.map((input) => draft.dimensionsOf(input));
  const size = shapes.reduce((sum, shape) => sum + (shape[axis] as number), 0);
  const [first] = inputs as [ValueId];
  return draft.add({ type: 'concat', inputs, axis }, draft.dimensionsOf(first).with(axis, size), { leading: draft.leadingOf(first) });
}

function transpose(draft: GraphDraft, input: ValueId, permutation: readonly number[]): ValueId {
  const shape = draft.dimensionsOf(input);
  return draft.add({ type: 'transpose', input, permutation }, permutation.map((axis) => shape[axis] as number), { leading: draft.leadingOf(input) });
}

const broadcast = (draft: GraphDraft, input: ValueId, dimensions: readonly number[]): ValueId =>
  draft.add({ type: 'broadcast', input, dimensions }, dimensions, { leading: draft.leadingOf(input) });

const box = (draft: GraphDraft, hidden: ValueId): ValueId => draft.reshape(hidden, [2, 4, 4]);

/** What moves elements. */
export const shapeSubjects: readonly OperationSubject[] = [
  {
    name: 'slices',
    variants: [
      variant('the middle', (draft, hidden) => slice(draft, hidden, 0, 5, 29)),
      variant('every second', (draft, hidden) => slice(draft, hidden, 0, 1, 32, 2)),
      variant('every third, with a rest', (draft, hidden) => slice(draft, hidden, 0, 1, 31, 3)),
      variant('of heads', (draft, hidden) => slice(draft, draft.reshape(hidden, [4, 8]), 0, 1, 3)),
      variant('of each head', (draft, hidden) => slice(draft, draft.reshape(hidden, [4, 8]), 1, 2, 8, 2)),
      variant('of the middle dimension', (draft, hidden) => slice(draft, box(draft, hidden), 1, 1, 4, 2)),
      variant('one element', (draft, hidden) => slice(draft, hidden, 0, 7, 8)),
      variant('of rows', (draft, hidden) => slice(draft, draft.selectRows(hidden), 0, 3, 19)),
      variant('two that overlap', (draft, hidden) => draft.sum(slice(draft, hidden, 0, 0, 20), slice(draft, hidden, 0, 12, 32))),
    ],
  },
  {
    name: 'concat',
    variants: [
      variant('three values', (draft, hidden) =>
        concat(draft, [draft.linear('first', hidden, 5), hidden, draft.linear('second', hidden, 12)], 0)),
      variant('one value', (draft, hidden) => concat(draft, [hidden], 0)),
      variant('a value twice', (draft, hidden) => concat(draft, [hidden, draft.linear('first', hidden, 3), hidden], 0)),
      variant('heads', (draft, hidden) => concat(draft, [draft.heads('first', hidden, 3, 8), draft.reshape(hidden, [4, 8])], 0)),
      variant('within heads', (draft, hidden) => concat(draft, [draft.heads('first', hidden, 4, 3), draft.reshape(hidden, [4, 8])], 1)),
      variant('the middle dimension', (draft, hidden) =>
        concat(draft, [box(draft, hidden), draft.reshape(draft.linear('first', hidden, 8), [2, 1, 4])], 1)),
    ],
  },
  {
    name: 'transpose, reshape and broadcast',
    variants: [
      variant('transpose of two dimensions', (draft, hidden) => transpose(draft, draft.reshape(hidden, [4, 8]), [1, 0])),
      variant('transpose of three', (draft, hidden) => transpose(draft, draft.reshape(hidden, [2, 4, 4]), [2, 0, 1])),
      variant('transpose of unequal ones', (draft, hidden) => transpose(draft, draft.reshape(draft.linear('first', hidden, 30), [2, 3, 5]), [1, 2, 0])),
      variant('reshape to three dimensions', (draft, hidden) => transpose(draft, draft.reshape(draft.reshape(hidden, [4, 8]), [8, 2, 2]), [1, 0, 2])),
      variant('broadcast of the last', (draft, hidden) => broadcast(draft, draft.heads('first', hidden, 6, 1), [6, 5])),
      variant('broadcast of heads, as for shared keys', (draft, hidden) =>
        draft.reshape(broadcast(draft, draft.reshape(hidden, [4, 1, 8]), [4, 3, 8]), [12, 8])),
      variant('broadcast of nothing', (draft, hidden) => broadcast(draft, hidden, [32])),
      variant('broadcast of two dimensions', (draft, hidden) => broadcast(draft, draft.reshape(draft.linear('first', hidden, 4), [1, 4, 1]), [3, 4, 2])),
      variant('broadcast of rows', (draft, hidden) => broadcast(draft, draft.reshape(draft.selectRows(hidden), [32, 1]), [32, 2])),
    ],
  },
];

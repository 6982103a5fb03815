import { contextLength, variant, vocabularySize, type OperationSubject } from './operation-variant.js';

/** Products with matrices, embeddings and what the inputs are. */
export const linearSubjects: readonly OperationSubject[] = [
  {
    name: 'linear',
    variants: [
      variant('with a bias', (draft, hidden) => draft.linear('first', hidden, 24, true)),
      variant('of odd sizes', (draft, hidden) => draft.linear('second', draft.linear('first', hidden, 21), 33, true)),
      variant('to one number', (draft, hidden) => draft.linear('second', draft.linear('first', hidden, 1), 16)),
      variant('of rows', (draft, hidden) => draft.linear('first', draft.selectRows(hidden), 48, true)),
      variant('of an embedding', (draft, hidden) => draft.add({ type: 'linear', input: draft.scale(hidden, 0.2), weight: 'embed' }, [vocabularySize])),
      variant('one weight twice', (draft, hidden) => draft.sum(draft.linear('first', hidden, 32), draft.linear('first', draft.scale(hidden, -0.3), 32))),
    ],
  },
  {
    name: 'headLinear',
    variants: [[8, 6, false], [8, 8, true], [5, 3, false]].map(([size, rows, bias]) => variant(`${String(size)} to ${String(rows)}`, (draft, hidden) => {
      const input = draft.heads('first', hidden, 4, size as number);
      const weight = draft.declare({ path: 'stack', kind: 'stack', shape: [4, rows as number, size as number], bias: bias as boolean });
      return draft.add({ type: 'headLinear', input, weight }, [4, rows as number]);
    })),
  },
  {
    name: 'matmul',
    variants: [
      variant('of two activations', (draft, hidden) => {
        const [left, right] = [draft.heads('left', hidden, 3, 4), draft.heads('right', hidden, 4, 5)];
        return draft.add({ type: 'matmul', left, right }, [3, 5]);
      }),
      variant('of a row', (draft, hidden) => {
        const [left, right] = [draft.heads('left', hidden, 1, 4), draft.heads('right', hidden, 4, 9)];
        return draft.add({ type: 'matmul', left, right }, [1, 9]);
      }),
    ],
  },
  {
    name: 'embeddings of tokens, positions and segments',
    variants: [
      variant('positions', (draft, hidden) => {
        const positions = draft.add({ type: 'positions', offset: 0 }, [], { dtype: 'int32' });
        return draft.sum(hidden, draft.embedding(positions, 'positions', [contextLength, 32]));
      }),
      variant('positions with an offset', (draft, hidden) => {
        const positions = draft.add({ type: 'positions', offset: 2 }, [], { dtype: 'int32' });
        return draft.sum(hidden, draft.embedding(positions, 'positions', [contextLength + 2, 32]));
      }),
      variant('segments', (draft, hidden) => {
        const types = draft.add({ type: 'tokenTypes' }, [], { dtype: 'int32' });
        return draft.sum(hidden, draft.embedding(types, 'segments', [2, 32]));
      }),
      variant('ids past a limit', (draft, hidden) => draft.sum(hidden, draft.embedding(draft.tokens(), 'short', [50, 32], 50))),
      variant('ids past a limit within the table', (draft, hidden) => draft.sum(hidden, draft.embedding(draft.tokens(), 'long', [vocabularySize, 32], 40))),
    ],
  },
];

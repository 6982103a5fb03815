import type { RopeOperation, ValueId } from '@mlxengine/core/graph';
import type { GraphDraft } from '../../graph-draft/graph-draft.js';
import { variant, type OperationSubject } from './operation-variant.js';

type RopeSettings = Partial<Omit<RopeOperation, 'type' | 'input' | 'output'>>;

/** Radians a position that make tens of tokens differ. */
const frequencies = (count: number): number[] => Array.from({ length: count }, (_, pair) => 50 ** (-pair / count));

function rope(draft: GraphDraft, input: ValueId, settings: RopeSettings): ValueId {
  const [, size = 0] = draft.dimensionsOf(input);
  const { rotaryDimensions = size } = settings;
  const defaults = { rotaryDimensions, traditional: false, inverseFrequencies: frequencies(rotaryDimensions / 2), amplitude: 1 };
  return draft.add({ type: 'rope', input, ...defaults, ...settings }, draft.dimensionsOf(input));
}

const ropes: Readonly<Record<string, RopeSettings>> = {
  'rope of halves': {},
  'traditional rope': { traditional: true },
  'rope on a part': { rotaryDimensions: 4 },
  'traditional rope on a part': { rotaryDimensions: 4, traditional: true },
  'rope with an amplitude': { amplitude: 1.3 },
  'rope with an amplitude on a part': { rotaryDimensions: 6, amplitude: 0.7 },
  'rope with frequencies of 0': { inverseFrequencies: [1, 0.25, 0, 0] },
  'rope with negative frequencies': { inverseFrequencies: [-1, 0.5, -0.25, 0.1] },
  'traditional rope with negative frequencies': { inverseFrequencies: [-1, 0.5, 0, 0.1], traditional: true },
  'rope with frequencies in no order': { inverseFrequencies: [0.1, 1.5, 0.02, 0.7] },
  'dynamic rope': { dynamic: { base: 100, factor: 4, maximum: 12 } },
  'dynamic rope within its length': { dynamic: { base: 100, factor: 4, maximum: 200 } },
  'traditional dynamic rope on a part': { traditional: true, rotaryDimensions: 6, dynamic: { base: 50, factor: 2, maximum: 8 } },
};

/** What depends on the position. */
export const positionSubjects: readonly OperationSubject[] = [
  {
    name: 'rope',
    variants: [
      ...Object.entries(ropes).map(([name, settings]) => variant(name, (draft, hidden) => rope(draft, draft.reshape(hidden, [4, 8]), settings))),
      variant('rope of wide heads', (draft, hidden) => rope(draft, draft.heads('wide', hidden, 2, 80), {})),
      variant('rope of one head', (draft, hidden) => rope(draft, draft.reshape(hidden, [1, 32]), { traditional: true })),
    ],
  },
  {
    name: 'positionScale',
    variants: [
      variant('of all', (draft, hidden) => draft.add({ type: 'positionScale', input: hidden, beta: 0.3, length: 4 }, [32])),
      variant('of heads', (draft, hidden) =>
        draft.add({ type: 'positionScale', input: draft.reshape(hidden, [4, 8]), beta: 0.1, length: 7 }, [4, 8])),
    ],
  },
];

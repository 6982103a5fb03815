import type { BinaryFunction, GatedActivation, UnaryFunction, ValueId } from '@mlxengine/core/graph';
import type { GraphDraft } from '../../graph-draft/graph-draft.js';
import { variant, type OperationSubject, type OperationVariant } from './operation-variant.js';

const unaryFunctions = [
  'negative', 'absolute', 'exp', 'square', 'silu', 'gelu', 'geluTanh', 'geluFast', 'relu', 'relu2', 'sigmoid', 'tanh', 'softplus',
] as const satisfies readonly UnaryFunction[];
/** Of positive numbers. */
const positiveFunctions = ['log', 'sqrt', 'rsqrt'] as const satisfies readonly UnaryFunction[];
const binaryFunctions = ['add', 'subtract', 'multiply', 'divide', 'minimum', 'maximum'] as const satisfies readonly BinaryFunction[];
const activations = ['silu', 'gelu', 'geluTanh', 'relu', 'relu2', 'sigmoid', 'swigluOai'] as const satisfies readonly GatedActivation[];

/** Wide enough that every function bends, narrow enough that none runs away. */
const ranges: Readonly<Partial<Record<UnaryFunction, number>>> = { exp: 1, square: 1, relu2: 0.7 };

/** Numbers of about 0.1 to 4, of either leading dimension. */
function positive(draft: GraphDraft, input: ValueId): ValueId {
  return draft.scale(draft.unary('square', input), 1, 0.1);
}

/** Two values of their own for each form in which shapes are broadcast. */
const forms: Readonly<Record<string, (draft: GraphDraft, hidden: ValueId) => readonly [ValueId, ValueId]>> = {
  'equal shapes': (draft, hidden) => [draft.linear('left', hidden, 24), draft.linear('right', hidden, 24)],
  'one number a row at the right': (draft, hidden) => [draft.heads('left', hidden, 4, 8), draft.heads('right', hidden, 4, 1)],
  'one number a row at the left': (draft, hidden) => [draft.linear('left', hidden, 1), draft.linear('right', hidden, 24)],
  'a missing dimension at the right': (draft, hidden) => [draft.heads('left', hidden, 4, 8), draft.linear('right', hidden, 8)],
  'a missing dimension at the left': (draft, hidden) => [draft.linear('left', hidden, 8), draft.heads('right', hidden, 4, 8)],
  'rows and columns': (draft, hidden) => [draft.heads('left', hidden, 4, 1), draft.heads('right', hidden, 1, 8)],
  'a parameter at the right': (draft, hidden) => [draft.linear('left', hidden, 24), draft.parameter('right', [24])],
  'a parameter at the left, as wide as a head': (draft, hidden) => [draft.parameter('left', [8]), draft.heads('right', hidden, 4, 8)],
  'a parameter of one number a head': (draft, hidden) => [draft.heads('left', hidden, 4, 8), draft.parameter('right', [4, 1])],
  'a parameter wider than the value': (draft, hidden) => [draft.linear('left', hidden, 8), draft.parameter('right', [4, 8])],
  'a parameter of one number': (draft, hidden) => [draft.linear('left', hidden, 24), draft.parameter('right', [1])],
  'three dimensions': (draft, hidden) => [draft.reshape(draft.linear('left', hidden, 24), [2, 3, 4]), draft.heads('right', hidden, 3, 1)],
  'rows that are wanted': (draft, hidden) => {
    const rows = draft.selectRows(hidden);
    return [draft.linear('left', rows, 24), draft.parameter('right', [24])];
  },
};

const binaryVariants: readonly OperationVariant[] = binaryFunctions.map((name) => variant(name, (draft, hidden) => {
  const [left, right] = [draft.linear('left', hidden, 24), draft.linear('right', hidden, 24)];
  return draft.binary(name, left, name === 'divide' ? positive(draft, right) : right);
}));

const broadcastVariants: readonly OperationVariant[] = Object.entries(forms).flatMap(([form, values]) => (['multiply', 'subtract'] as const).map((name) =>
  variant(`${name} of ${form}`, (draft, hidden) => draft.binary(name, ...values(draft, hidden)))));

const arithmetic: readonly OperationVariant[] = [
  variant('functions of parameters', (draft, hidden) => {
    const decay = draft.unary('negative', draft.unary('exp', draft.parameter('log', [24])));
    const scaled = draft.scale(decay, 0.5, 0.25);
    return draft.binary('multiply', draft.linear('left', hidden, 24), scaled);
  }),
  variant('two parameters', (draft, hidden) => {
    const both = draft.binary('multiply', draft.parameter('first', [4, 1]), draft.parameter('second', [8]));
    return draft.sum(draft.heads('left', hidden, 4, 8), both);
  }),
  variant('shapes of a parameter', (draft, hidden) => {
    const table = draft.parameter('table', [4, 8]);
    const turned = draft.add({ type: 'transpose', input: table, permutation: [1, 0] }, [8, 4], { leading: 'none' });
    const cut = draft.add({ type: 'slice', input: turned, axis: 0, start: 2, end: 8, step: 1 }, [6, 4], { leading: 'none' });
    return draft.sum(draft.linear('left', hidden, 24), draft.flatten(cut));
  }),
  variant('a softmax of a parameter', (draft, hidden) => {
    const shares = draft.add({ type: 'softmax', input: draft.parameter('shares', [24]) }, [24], { leading: 'none' });
    return draft.binary('multiply', draft.linear('left', hidden, 24), draft.scale(shares, 24));
  }),
];

/** A value of about -8 to 8. */
function wide(draft: GraphDraft, weight: string, hidden: ValueId): ValueId {
  return draft.scale(draft.linear(weight, hidden, 24), 4);
}

function clip(draft: GraphDraft, input: ValueId, bounds: { readonly minimum?: number; readonly maximum?: number }): ValueId {
  return draft.add({ type: 'clip', input, ...bounds }, draft.dimensionsOf(input), { leading: draft.leadingOf(input) });
}

/** Arithmetic on elements. */
export const elementWiseSubjects: readonly OperationSubject[] = [
  {
    name: 'functions of one number',
    variants: [
      ...unaryFunctions.map((name) => variant(name, (draft, hidden) => draft.unary(name, draft.scale(hidden, ranges[name] ?? 4)))),
      ...positiveFunctions.map((name) => variant(name, (draft, hidden) => draft.unary(name, positive(draft, hidden)))),
      variant('a tanh of rows', (draft, hidden) => draft.unary('tanh', draft.selectRows(hidden))),
    ],
  },
  { name: 'functions of two numbers', variants: binaryVariants },
  { name: 'functions of two numbers of unequal shapes', variants: broadcastVariants },
  { name: 'arithmetic with parameters', variants: arithmetic },
  {
    name: 'scale and clip',
    variants: [
      variant('scale', (draft, hidden) => draft.scale(hidden, -0.75, 0.5)),
      variant('scale of rows', (draft, hidden) => draft.scale(draft.selectRows(hidden), 0.5)),
      variant('clip at both ends', (draft, hidden) => clip(draft, hidden, { minimum: -0.5, maximum: 1 })),
      variant('clip from below', (draft, hidden) => clip(draft, hidden, { minimum: 0.25 })),
      variant('clip from above', (draft, hidden) => clip(draft, hidden, { maximum: -0.25 })),
    ],
  },
  {
    name: 'gates',
    variants: [
      ...activations.map((activation) => variant(activation, (draft, hidden) => {
        const [gate, up] = [wide(draft, 'gate', hidden), wide(draft, 'up', hidden)];
        return draft.scale(draft.add({ type: 'gated', activation, gate, up }, [24]), activation === 'relu2' ? 0.03 : 0.1);
      })),
      variant('gates of heads', (draft, hidden) => {
        const [gate, up] = [draft.heads('gate', hidden, 4, 8), draft.heads('up', hidden, 4, 8)];
        return draft.add({ type: 'gated', activation: 'silu', gate, up }, [4, 8]);
      }),
    ],
  },
];

import type { ModelGraph } from '@mlxengine/core/graph';
import { expect, test } from 'vitest';
import { checkReference } from './check-reference.js';
import type { ReferenceTensor, ReferenceValues } from './read-reference.js';

const graph: ModelGraph = {
  specificationVersion: 'v1', architecture: 'tiny', operations: [], states: [], weights: [], vocabularySize: 5, contextLength: 9,
  values: [{ leading: 'rows', dimensions: [5], dtype: 'float' }, { leading: 'sequences', dimensions: [3], dtype: 'float' }, { leading: 'tokens', dimensions: [4], dtype: 'float' }],
  outputs: { logits: 0 },
};
const encoder: ModelGraph = { ...graph, outputs: { pooled: 1, hidden: 2 } };

/** What a file with tensors of these shapes holds. */
function reference(shapes: Partial<Record<ReferenceTensor, readonly number[]>>, value = 0): ReferenceValues {
  const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
  const floats = (key: ReferenceTensor): Float32Array | undefined => (shapes[key] && new Float32Array(sizeOf(shapes[key])).fill(value));
  const integers = (key: ReferenceTensor): readonly number[] | undefined => shapes[key] && Array.from({ length: sizeOf(shapes[key]) }, () => 0);
  return {
    tokens: integers('tokens') ?? [], tokenTypes: integers('tokenTypes'), logits: floats('logits'), stepLogits: floats('stepLogits'),
    pooled: floats('pooled'), hidden: floats('hidden'),
    origin: { file: 'r.safetensors', tensors: Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { name, shape }])) },
  };
}

test.for([
  { tokens: [6], logits: [6, 5], stepLogits: [2, 5] },
  { tokens: [1, 6], logits: [1, 6, 5], stepLogits: [1, 6, 5] },
  { tokens: [6], stepLogits: [1, 5] },
])('logits of %j fit', (shapes) => {
  expect(() => checkReference(reference(shapes), graph)).not.toThrow();
});

test.for([
  { tokens: [6], pooled: [3], hidden: [6, 4], tokenTypes: [6] },
  { tokens: [1, 6], pooled: [1, 3], hidden: [1, 6, 4], tokenTypes: [1, 6] },
  { tokens: [6], logits: [1, 3] },
  { tokens: [6], logits: [6, 4] },
])('vectors of %j fit', (shapes) => {
  expect(() => checkReference(reference(shapes), encoder)).not.toThrow();
});

const mismatch = (tensor: string): unknown => expect.objectContaining({ code: 'checkpoint.reference-mismatch', parameters: expect.objectContaining({ tensor, file: 'r.safetensors' }) as unknown });

test.for([
  ['tokens', { tokens: [2, 3], logits: [6, 5] }],
  ['tokens', { tokens: [0], logits: [0, 5] }],
  ['logits', { tokens: [6], logits: [5, 6] }],
  ['logits', { tokens: [6], logits: [30] }],
  ['logits', { tokens: [6], logits: [7, 5] }],
  ['logits', { tokens: [6], logits: [6, 4] }],
  ['stepLogits', { tokens: [6], stepLogits: [7, 5] }],
  ['stepLogits', { tokens: [6], logits: [6, 5], stepLogits: [0, 5] }],
  ['stepLogits', { tokens: [6], logits: [6, 5], stepLogits: [2, 4] }],
] as const)('%s do not fit: %j', ([tensor, shapes]) => {
  expect(() => checkReference(reference(shapes), graph)).toThrow(mismatch(tensor));
});

test.for([
  ['pooled', { tokens: [6], pooled: [4] }],
  ['hidden', { tokens: [6], hidden: [4, 6] }],
  ['tokenTypes', { tokens: [6], hidden: [6, 4], tokenTypes: [5] }],
  ['logits', { tokens: [6], logits: [6, 5] }],
] as const)('%s of an encoder do not fit: %j', ([tensor, shapes]) => {
  expect(() => checkReference(reference(shapes), encoder)).toThrow(mismatch(tensor));
});

test('a value that is no number is refused, and the length counts where there is no file', () => {
  expect(() => checkReference(reference({ tokens: [6], logits: [6, 5] }, NaN), graph)).toThrow(mismatch('logits'));
  const { origin: _, ...plain } = reference({ tokens: [6], logits: [30] });
  expect(() => checkReference(plain, graph)).not.toThrow();
  expect(() => checkReference({ ...plain, logits: new Float32Array(29) }, graph)).toThrow(/logits.*\[29\].*\[6, 5\]/);
});

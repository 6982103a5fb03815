import { expect, test } from 'vitest';
import { applyRewrites } from './apply-rewrites.js';
import type { LocatedTensor } from './located-tensor.js';
import type { WeightRewrite } from './weight-rewrite.js';

function apply(names: readonly string[], ...rewrites: readonly WeightRewrite[]): Record<string, number> {
  const tensors = names.map((name, byteOffset): LocatedTensor => ({ name, dtype: 'U8', shape: [1], byteLength: 1, file: 'x', byteOffset }));
  const result = applyRewrites(new Map(tensors.map((tensor) => [tensor.name, tensor])), rewrites);
  for (const [name, tensor] of result) expect(tensor.name).toBe(name);
  return Object.fromEntries([...result].map(([name, { byteOffset }]) => [name, byteOffset]));
}

test('drops by all parts of a pattern', () => {
  const names = ['a.x.bias', 'a.y.bias', 'a.x.weight', 'b.x.bias'];
  expect(apply(names, { type: 'drop', tensors: { prefix: 'a.', contains: 'x', suffix: '.bias' } })).toEqual({ 'a.y.bias': 1, 'a.x.weight': 2, 'b.x.bias': 3 });
});

test('renames beginnings, one rewrite after another, and keeps the bytes', () => {
  const rewrites: readonly WeightRewrite[] = [
    { type: 'rename', from: 'language_model.', to: '' },
    { type: 'drop', tensors: { prefix: 'lm_head.' } },
  ];
  expect(apply(['language_model.model.norm', 'language_model.lm_head.weight', 'other'], ...rewrites)).toEqual({ 'model.norm': 0, other: 2 });
});

test('two tensors under one name are an error', () => {
  expect(() => apply(['old.a', 'a'], { type: 'rename', from: 'old.', to: '' })).toThrow(
    expect.objectContaining({ code: 'checkpoint.duplicate-tensor' }),
  );
});

import { expect, test } from 'vitest';
import { tensorTypeOf } from './gguf-types.js';
import { indexJson, splitIntoShards } from './shards.js';
import { planTensor } from './tensor-plan.js';
import type { TensorPlan } from './tensor-plan.js';

function plan(path: string, typeId: number, rows: number): TensorPlan {
  const type = tensorTypeOf(typeId);
  if (type === undefined) throw new Error(`no type ${typeId}`);
  const source = { name: path, type, shape: [rows, 32], offset: 0, byteLength: (rows * 32 / type.blockElements) * type.blockBytes };
  return planTensor({ source, path, parameter: 'weight', headRows: 0 }, false);
}

test('one file keeps the plain name', () => {
  expect(splitIntoShards([plan('a', 0, 1), plan('b', 0, 1)]).map(({ name }) => name)).toEqual(['model.safetensors']);
});

test('files are filled up to the limit, and weight, scales and biases stay together', () => {
  const shards = splitIntoShards([plan('a', 8, 4), plan('b', 8, 4), plan('c', 0, 9), plan('d', 8, 1)], 300);
  expect(shards.map(({ name, plans }) => [name, plans.map(({ path }) => path)])).toEqual([
    ['model-00001-of-00003.safetensors', ['a', 'b']],
    ['model-00002-of-00003.safetensors', ['c']],
    ['model-00003-of-00003.safetensors', ['d']],
  ]);
  expect(indexJson(shards)).toEqual({
    metadata: { total_size: 144 * 2 + 1152 + 36, total_parameters: 32 * 18 },
    weight_map: {
      'a.biases': 'model-00001-of-00003.safetensors', 'a.scales': 'model-00001-of-00003.safetensors', 'a.weight': 'model-00001-of-00003.safetensors',
      'b.biases': 'model-00001-of-00003.safetensors', 'b.scales': 'model-00001-of-00003.safetensors', 'b.weight': 'model-00001-of-00003.safetensors',
      'c.weight': 'model-00002-of-00003.safetensors',
      'd.biases': 'model-00003-of-00003.safetensors', 'd.scales': 'model-00003-of-00003.safetensors', 'd.weight': 'model-00003-of-00003.safetensors',
    },
  });
});

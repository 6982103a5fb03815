import { CheckpointError, UnsupportedArchitectureError } from '@mlxengine/core';
import { expect, test } from 'vitest';
import { tinyConfig } from '../../tests/support/tiny-llama.js';
import { buildGraph } from '../build-graph.js';
import { defineArchitecture } from './architecture.js';
import { supportedArchitectures } from './registry.js';

const mine = defineArchitecture({
  modelType: 'mine',
  aliases: ['my_alias'],
  readArguments: (config) => ({ size: config.integer('size', { minimum: 1, maximum: 8 }) }),
  buildGraph: (graph, { size }) => {
    const x = graph.embedding(graph.tokens(), 'embed', { rows: 16, dimensions: size });
    return { logits: graph.linear(graph.selectRows(x), 'embed', { dimensions: 16 }), contextLength: 4 };
  },
});

test('aliases build what their family does', () => {
  for (const name of ['iquestcoder', 'mistral', 'xverse']) expect(buildGraph({ ...tinyConfig, model_type: name })).toEqual(buildGraph(tinyConfig));
});

test('every model type names one family', () => {
  const names = supportedArchitectures();
  expect([...new Set(names)].sort()).toEqual(names);
  expect(names).toEqual(expect.arrayContaining(['gemma4_unified', 'iquestcoder', 'llama', 'mistral', 'qwen3', 'xverse']));
});

test('an unknown model type is named with the nearest supported ones first', () => {
  expect(() => buildGraph({ model_type: 'lama' })).toThrow(UnsupportedArchitectureError);
  expect(() => buildGraph({ model_type: 'lama' })).toThrow('The model type "lama" is not supported. Nearest supported: llama, ');
  expect(() => buildGraph({ model_type: 'mistral4' })).toThrow('Nearest supported: mistral, ');
  expect(() => buildGraph({ model_type: '../../etc' })).toThrow(UnsupportedArchitectureError);
  expect(() => buildGraph({ model_type: 'x'.repeat(1e6) })).toThrow(UnsupportedArchitectureError);
});

test.for([{}, { model_type: 7 }, { model_type: null }])('%j says that model_type is missing', (config) => {
  expect(() => buildGraph(config)).toThrow(CheckpointError);
});

test('a family of one\'s own works where it is given, and nowhere else', () => {
  const architectures = [mine];
  expect(buildGraph({ model_type: 'mine', size: 4 }, { architectures })).toMatchObject({ architecture: 'mine', vocabularySize: 16 });
  expect(buildGraph({ model_type: 'my_alias', size: 4 }, { architectures }).weights).toHaveLength(1);
  expect(() => buildGraph({ model_type: 'mine', size: 9 }, { architectures })).toThrow(CheckpointError);
  expect(() => buildGraph({ model_type: 'mine', size: 4 })).toThrow(UnsupportedArchitectureError);
});

test('a family of one\'s own wins over a built-in one of the same name', () => {
  const llama = { ...mine, modelType: 'llama' };
  expect(buildGraph({ model_type: 'llama', size: 4 }, { architectures: [llama] }).weights).toHaveLength(1);
});

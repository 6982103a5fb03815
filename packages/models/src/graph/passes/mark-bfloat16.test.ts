import type { Quantization } from '@mlxengine/core';
import type { ModelGraph, ValueId } from '@mlxengine/core/graph';
import { expect, test } from 'vitest';
import { GraphBuilder } from '../graph-builder.js';
import { markBFloat16 } from './mark-bfloat16.js';

const floats: Quantization = { mode: 'mxfp4', bits: 4, groupSize: 32 };
const affine: Quantization = { mode: 'affine', bits: 4, groupSize: 32 };
const epsilon = 1e-5;

/** A graph that makes logits of an embedding by what a test adds, and the pass's. */
function mark(add: (graph: GraphBuilder, x: ValueId) => ValueId, quantizations: Readonly<Record<string, Quantization>>): { readonly graph: ModelGraph; readonly marked: ModelGraph } {
  const builder = new GraphBuilder();
  const x = builder.embedding(builder.tokens(), 'embed', { rows: 64, dimensions: 32 });
  const logits = builder.linear(builder.selectRows(add(builder, x)), 'head', { dimensions: 64 });
  const graph = builder.build({ architecture: 'mine', logits, contextLength: 32 });
  return { graph, marked: markBFloat16(graph, new Map(Object.entries(quantizations))) };
}

/** Operations whose outputs are in bfloat16. */
function rounded({ operations, values }: ModelGraph): readonly string[] {
  return operations.filter(({ output }) => values[output]?.precision === 'bfloat16').map(({ type }) => type);
}

test('a graph whose embedding gives float32 stays the same', () => {
  for (const quantizations of [{}, { embed: affine, head: floats }]) {
    const { graph, marked } = mark((_, x) => x, quantizations);
    expect(marked).toBe(graph);
  }
});

test('bfloat16 lasts until a float32 weight comes in', () => {
  const behindNorm = mark((graph, x) => graph.rmsNorm(graph.linear(x, 'up', { dimensions: 32 }), 'norm', { epsilon }), { embed: floats, up: floats, head: floats });
  expect(rounded(behindNorm.marked)).toEqual(['embedding', 'linear']);
  const untilTheEnd = mark((graph, x) => graph.rmsNorm(x, undefined, { epsilon }), { embed: floats, head: floats });
  expect(rounded(untilTheEnd.marked)).toEqual(['embedding', 'rmsNorm', 'selectRows', 'linear']);
});

test('a sum with something in float32 is float32, and so is what dense or affine weights make', () => {
  const sum = mark((graph, x) => graph.add(x, graph.rmsNorm(x, 'norm', { epsilon })), { embed: floats });
  expect(rounded(sum.marked)).toEqual(['embedding']);
  for (const up of [{}, { up: affine }]) {
    expect(rounded(mark((graph, x) => graph.linear(x, 'up', { dimensions: 32 }), { embed: floats, ...up }).marked)).toEqual(['embedding']);
  }
});

test('a bias is added in float32 to a product in bfloat16', () => {
  const { graph, marked } = mark((builder, x) => builder.linear(x, 'up', { dimensions: 32, bias: true }), { embed: floats, up: floats });
  expect(rounded(marked)).toEqual(['embedding', 'linear']);
  const output = graph.operations.find(({ type }) => type === 'linear')?.output;
  const [linear, parameter, sum] = marked.operations.slice(2, 5);
  expect(linear).toMatchObject({ type: 'linear', weight: 'up' });
  expect(parameter).toMatchObject({ type: 'parameter', weight: 'up.bias' });
  expect(sum).toEqual({ type: 'binary', function: 'add', left: linear?.output, right: parameter?.output, output });
  expect(marked.weights).toContainEqual({ path: 'up', kind: 'matrix', shape: [32, 32], bias: false });
  expect(marked.weights).toContainEqual({ path: 'up.bias', kind: 'tensor', shape: [32], bias: false });
});

test('factors are rounded as well, but not what a softcap divides by', () => {
  const factors = (graph: ModelGraph): readonly number[] => graph.operations.flatMap((operation) => (operation.type === 'scale' ? [operation.factor] : []));
  const { marked } = mark((graph, x) => graph.softcap(graph.scale(x, 0.1), 30), { embed: floats });
  expect(factors(marked)).toEqual([0.10009765625, 1 / 30, 30]);
  const clipped = mark((graph, x) => graph.clip(x, { minimum: -0.1, maximum: 0.3 }), { embed: floats });
  expect(clipped.marked.operations[2]).toMatchObject({ minimum: -0.10009765625, maximum: 0.30078125 });
  const wide = mark((graph, x) => graph.scale(graph.rmsNorm(x, 'norm', { epsilon }), 0.1), { embed: floats });
  expect(factors(wide.marked)).toEqual([0.1]);
});

test('factors of positions are rounded, whatever they are multiplied with', () => {
  const { graph, marked } = mark((builder, x) => builder.positionScale(builder.rmsNorm(x, 'norm', { epsilon }), { beta: 0.1, length: 8 }), { embed: floats });
  expect(rounded(marked)).toEqual(['embedding', 'positionScale']);
  const [normed, before] = graph.operations.slice(2, 4).map(({ output }) => output);
  const scaled = marked.operations.find(({ type }) => type === 'positionScale');
  expect(marked.values[scaled?.output ?? -1]?.dimensions).toEqual([1]);
  expect(marked.operations).toContainEqual({ type: 'binary', function: 'multiply', left: normed, right: scaled?.output, output: before });
});

test('a mean is a sum by a factor that is rounded', () => {
  const { marked } = mark((graph, x) => graph.multiply(x, graph.reduce('mean', graph.reshape(graph.slice(x, 0, 0, 24), [24]))), { embed: floats });
  expect(rounded(marked)).toContain('reduce');
  expect(marked.operations).toContainEqual(expect.objectContaining({ type: 'scale', factor: 0.041748046875 }));
});

test('a product with the streams themselves added gets their dtype after the sum', () => {
  const { marked } = mark((graph, x) => {
    const streams = graph.reshape(x, [4, 8]);
    const coefficients = graph.reshape(graph.linear(graph.rmsNorm(x, 'norm', { epsilon }), 'router', { dimensions: 16 }), [4, 4]);
    return graph.reshape(graph.add(graph.matmul(coefficients, streams), streams), [32]);
  }, { embed: floats });
  expect(rounded(marked)).toEqual(['embedding', 'reshape', 'scale', 'reshape', 'selectRows']);
  expect(marked.operations).toContainEqual(expect.objectContaining({ type: 'scale', factor: 1, offset: 0 }));
});

test('a graph is marked with its own names and stays plain data', () => {
  const { graph, marked } = mark((builder, x) => builder.linear(x, 'up', { dimensions: 32, bias: true }), { embed: floats, up: floats });
  expect(JSON.parse(JSON.stringify(marked))).toEqual(marked);
  expect(marked.outputs).toEqual(graph.outputs);
  expect(graph.weights.find(({ path }) => path === 'up')?.bias).toBe(true);
});

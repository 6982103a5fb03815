import { CheckpointError } from '@mlxengine/core';
import type { TensorDtype, TensorInformation } from '@mlxengine/core';
import { expect, test } from 'vitest';
import { GraphBuilder } from '../graph/graph-builder.js';
import { bytesPerElement, product } from '../tensors/dtype.js';
import { matchWeights } from './match-weights.js';
import type { QuantizationSettings, WeightSetting } from './quantization-settings.js';

/** A graph with a matrix, a stack with biases, a vector with biases and a tensor under its own name. */
function graphOfAllKinds(): ReturnType<GraphBuilder['build']> {
  const graph = new GraphBuilder();
  const x = graph.embedding(graph.tokens(), 'embed', { rows: 16, dimensions: 64 });
  const routed = graph.route(graph.linear(x, 'gate', { dimensions: 4 }), { scoring: 'softmax', count: 2, selectionBias: 'choice' });
  const experts = graph.expertLinear(x, routed.indices, 'experts', { experts: 4, dimensions: 64, bias: true });
  const normed = graph.layerNorm(graph.combine(experts, routed.weights), 'norm', { epsilon: 1e-5 });
  return graph.build({ architecture: 'all', logits: graph.linear(graph.selectRows(normed), 'embed', { dimensions: 16 }), contextLength: 8 });
}

type Shapes = Readonly<Record<string, readonly [TensorDtype, ...(readonly number[])]>>;

const dense: Shapes = {
  'embed.weight': ['F32', 16, 64], 'gate.weight': ['F16', 4, 64], 'experts.weight': ['BF16', 4, 64, 64], 'experts.bias': ['BF16', 4, 64],
  'norm.weight': ['F32', 64], 'norm.bias': ['F32', 64], choice: ['F32', 4],
};

function match(shapes: Shapes, settings: Readonly<Record<string, WeightSetting>> = {}): Readonly<Record<string, unknown>> {
  const tensors = new Map(Object.entries(shapes).map(([name, [dtype, ...shape]]): [string, TensorInformation] =>
    [name, { name, dtype, shape, byteLength: product(shape) * bytesPerElement(dtype) }]));
  const given: QuantizationSettings = { forPath: (path) => settings[path] };
  return Object.fromEntries(matchWeights(graphOfAllKinds(), { source: 'test', tensors, settings: given }));
}

test('every kind of weight may be dense, in any type of floats', () => {
  expect(match(dense)).toEqual({});
});

test('a tied embedding and a stack may be quantized, each in its own way, biases stay floats', () => {
  const found = match({
    ...dense,
    'embed.weight': ['U32', 16, 8], 'embed.scales': ['F16', 16, 2], 'embed.biases': ['F16', 16, 2],
    'experts.weight': ['U32', 4, 64, 8], 'experts.scales': ['U8', 4, 64, 4], 'experts.global_scale': ['F32', 4],
  }, { gate: 'dense', experts: { bits: 4, groupSize: 16, mode: 'nvfp4' } });
  expect(found).toEqual({
    embed: { mode: 'affine', bits: 4, groupSize: 32 }, experts: { mode: 'nvfp4', bits: 4, groupSize: 16, globalScale: true },
  });
});

test.for<readonly [string, Shapes, string]>([
  ['a stack of other experts', { 'experts.weight': ['BF16', 3, 64, 64] }, 'checkpoint.tensor-mismatch'],
  ['a stack with one bias', { 'experts.bias': ['BF16', 64] }, 'checkpoint.tensor-mismatch'],
  ['a tensor of integers', { choice: ['I32', 4] }, 'checkpoint.tensor-mismatch'],
  ['a quantized vector', { 'norm.scales': ['F16', 2] }, 'checkpoint.unused-tensors'],
  ['packed values of a flat stack', { 'experts.weight': ['U32', 256, 8], 'experts.scales': ['U8', 256, 2] }, 'checkpoint.quantization-mismatch'],
  ['one global scale for a stack', { 'experts.weight': ['U32', 4, 64, 8], 'experts.scales': ['U8', 4, 64, 4], 'experts.global_scale': ['F32', 1] }, 'checkpoint.quantization-mismatch'],
  ['biases beside floats', {
    'experts.weight': ['U32', 4, 64, 8], 'experts.scales': ['U8', 4, 64, 2], 'experts.biases': ['F16', 4, 64, 2],
  }, 'checkpoint.unused-tensors'],
])('%s: refused', ([, change, code]) => {
  expect(() => match({ ...dense, ...change })).toThrow(CheckpointError);
  expect(() => match({ ...dense, ...change })).toThrow(expect.objectContaining({ code }));
});

import { GraphError } from '@mlxengine/core';
import type { ValueId } from '@mlxengine/core/graph';
import { expect, test } from 'vitest';
import { GraphBuilder } from './graph-builder.js';

const rope = { rotaryDimensions: 4, traditional: false, inverseFrequencies: [1, 0.1], amplitude: 1 };
const epsilon = 1e-5;

/** A graph with tokens, their embeddings of 8, and the same as two heads of 4. */
function start(): { readonly graph: GraphBuilder; readonly tokens: ValueId; readonly x: ValueId; readonly heads: ValueId } {
  const graph = new GraphBuilder();
  const tokens = graph.tokens();
  const x = graph.embedding(tokens, 'embed', { rows: 16, dimensions: 8 });
  return { graph, tokens, x, heads: graph.reshape(x, [2, 4]) };
}

test('a graph is plain data that refers only backwards', () => {
  const { graph, x, heads } = start();
  const rotated = graph.rope(heads, rope);
  const attended = graph.attention({ queries: rotated, keys: rotated, values: heads, state: 'layer', scale: 0.5 });
  const sum = graph.add(x, graph.linear(graph.reshape(attended, [8]), 'o', { dimensions: 8, bias: true }));
  const logits = graph.linear(graph.rmsNorm(graph.selectRows(sum), 'norm', { epsilon }), 'embed', { dimensions: 16 });
  const built = graph.build({ architecture: 'mine', logits, contextLength: 32 });
  expect(JSON.parse(JSON.stringify(built))).toEqual(built);
  expect(built.vocabularySize).toBe(16);
  expect(built.states).toEqual([{ type: 'kv', name: 'layer', heads: 2, keyDimension: 4, valueDimension: 4 }]);
  expect(built.weights).toEqual([
    { path: 'embed', kind: 'matrix', shape: [16, 8], bias: false },
    { path: 'o', kind: 'matrix', shape: [8, 8], bias: true },
    { path: 'norm', kind: 'vector', shape: [8], bias: false },
  ]);
  for (const [index, operation] of built.operations.entries()) expect(operation.output).toBe(index);
});

test('a finished graph does not change with its builder', () => {
  const { graph, x } = start();
  const logits = graph.linear(graph.selectRows(x), 'head', { dimensions: 16 });
  const built = graph.build({ architecture: 'mine', logits, contextLength: 32 });
  const before = JSON.stringify(built);
  graph.rmsNorm(x, 'late', { epsilon });
  expect(JSON.stringify(built)).toBe(before);
});

test.for<readonly [string, (given: ReturnType<typeof start>) => unknown, string]>([
  ['embedding of floats', ({ graph, x }) => graph.embedding(x, 'e', { rows: 2, dimensions: 8 }), '[embedding] e: expected int32 [n], found float [tokens, 8].'],
  ['linear of ids', ({ graph, tokens }) => graph.linear(tokens, 'w', { dimensions: 2 }), '[linear] w: expected float, found int32 [tokens].'],
  ['linear of heads', ({ graph, heads }) => graph.linear(heads, 'w', { dimensions: 2 }), '[linear] w: expected float [n, in], found float [tokens, 2, 4].'],
  ['linear to nothing', ({ graph, x }) => graph.linear(x, 'w', { dimensions: 0 }), '[linear] w: expected dimensions > 0, found [0, 8].'],
  ['linear to half a dimension', ({ graph, x }) => graph.linear(x, 'w', { dimensions: 1.5 }), '[linear] w: expected dimensions > 0, found [1.5, 8].'],
  ['norm of ids', ({ graph, tokens }) => graph.rmsNorm(tokens, 'n', { epsilon }), '[rmsNorm] input: expected float, found int32 [tokens].'],
  ['reshape to more', ({ graph, x }) => graph.reshape(x, [3, 3]), '[reshape] to [3, 3]: expected 9 elements a token, found float [tokens, 8].'],
  ['rope without heads', ({ graph, x }) => graph.rope(x, rope), '[rope] input: expected float [tokens, heads, >= 4], found float [tokens, 8].'],
  ['rope of small heads', ({ graph, x }) => graph.rope(graph.reshape(x, [4, 2]), rope), '[rope] input: expected float [tokens, heads, >= 4], found float [tokens, 4, 2].'],
  ['rope with a short table', ({ graph, heads }) => graph.rope(heads, { ...rope, inverseFrequencies: [1] }), '[rope] inverse frequencies: expected 4 / 2, found 1.'],
  ['rope of rows', ({ graph, heads }) => graph.rope(graph.selectRows(heads), rope), '[rope] input: expected float [tokens, heads, >= 4], found float [rows, 2, 4].'],
  ['keys of another size', ({ graph, x, heads }) => graph.attention({ queries: heads, keys: graph.reshape(x, [1, 8]), values: heads, state: 's', scale: 1 }), '[attention] keys of s: expected float [tokens, d, 4], found float [tokens, 1, 8].'],
  ['values of other heads', ({ graph, x, heads }) => graph.attention({ queries: heads, keys: heads, values: graph.reshape(x, [1, 8]), state: 's', scale: 1 }), '[attention] values of s: expected float [tokens, 2, d], found float [tokens, 1, 8].'],
  ['heads that do not divide', ({ graph, heads }) => {
    const three = graph.reshape(graph.linear(graph.reshape(heads, [8]), 'w', { dimensions: 12 }), [3, 4]);
    return graph.attention({ queries: three, keys: heads, values: heads, state: 's', scale: 1 });
  }, '[attention] queries of s: expected [tokens, n · 2, D], found float [tokens, 3, 4].'],
  ['one state for two', ({ graph, heads }) => {
    const inputs = { queries: heads, keys: heads, values: heads, state: 's', scale: 1 };
    return [graph.attention(inputs), graph.attention({ ...inputs, keys: graph.rope(heads, rope) })];
  }, '[attention] the state s already belongs to another operation; give each attention a state of its own.'],
  ['gate and up of different shapes', ({ graph, x, heads }) => graph.gated('silu', x, heads), '[gated] up: expected float [tokens, 8], found float [tokens, 2, 4].'],
  ['sum of tokens and rows', ({ graph, x }) => graph.add(x, graph.selectRows(x)), '[binary] add: expected float [tokens, 8], found float [rows, 8].'],
  ['rows of rows', ({ graph, x }) => graph.selectRows(graph.selectRows(x)), '[selectRows] input: expected float [tokens, …], found float [rows, 8].'],
  ['a weight declared twice', ({ graph, x }) => graph.linear(x, 'embed', { dimensions: 9 }), '[linear] the weight embed was declared as matrix [16, 8] and is now declared as matrix [9, 8].'],
  ['a bias denied and claimed', ({ graph, x }) => graph.linear(x, 'embed', { dimensions: 16, bias: true }), '[linear] the weight embed was declared as matrix [16, 8] and is now declared as matrix [16, 8] with bias.'],
  ['a value of another graph', ({ graph, x }) => graph.add(x, 99), '[binary] input: expected a value of this graph, found %99.'],
  ['logits for all tokens', ({ graph, x }) => graph.build({ architecture: 'a', logits: x, contextLength: 1 }), '[build] logits: expected float [rows, d], found float [tokens, 8].'],
])('%s: refused', ([, build, message]) => {
  const given = start();
  expect(() => build(given)).toThrow(GraphError);
  expect(() => build(start())).toThrow(message);
});

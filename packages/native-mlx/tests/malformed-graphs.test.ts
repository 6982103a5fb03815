import { createTinyModel } from '@mlxengine/testing';
import type { ModelGraph } from '@mlxengine/core/graph';
import { describe, expect, test } from 'vitest';
import { modelSpecification } from '../src/backend/model-specification.js';
import { loadAddon } from '../src/loading/load-addon.js';
import { missing, suiteName } from './mlx.js';

/** A graph whose members may be anything. */
type Loose = Record<string, Record<string, unknown>[]>;

const { graph, weights } = createTinyModel({ layers: 1 });

/** What the addon says of the tiny graph after a change. */
function refusal(change: (graph: Loose) => void): string {
  const changed = structuredClone(graph) as unknown as Loose;
  change(changed);
  const specification = { ...modelSpecification({ graph, weights, device: 'cpu', dtype: undefined }), graph: changed as unknown as ModelGraph };
  try {
    const model = new (loadAddon().Model)(specification);
    return `accepted ${typeof model}`;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Changes members of the first operation of a type. */
function inOperation(type: string, members: Record<string, unknown>): (graph: Loose) => void {
  return ({ operations = [] }) => void Object.assign(operations.find((operation) => operation.type === type) ?? {}, members);
}

describe.skipIf(missing !== '')(suiteName('a malformed graph is refused before it runs', missing), () => {
  test.each<readonly [string, (graph: Loose) => void, RegExp]>([
    ['nothing', () => undefined, /^accepted object$/],
    ['an unknown operation', inOperation('linear', { type: 'lineal' }), /operations\[\d+\]\.type, expected an operation that this addon knows/],
    ['an unknown function', inOperation('binary', { function: 'power' }), /function, expected one of add divide/],
    ['a value that is not made yet', inOperation('embedding', { input: 5 }), /input, expected a value made before, got value 5/],
    ['a value that there is not', inOperation('linear', { input: 1e6 }), /input, expected an integer from 0 to \d+, got 1000000/],
    ['floats in place of ids', inOperation('embedding', { input: 1, output: 0 }), /expected/],
    ['an embedding of too few rows', ({ weights: declared }) => void Object.assign(declared?.[0] ?? {}, { shape: [3, 32] }), /a row for each of \d+, got \[3, 32\]/],
    ['a reshape of other elements', inOperation('reshape', { dimensions: [7] }), /the elements of \[\d+\], got \[7\]/],
    ['an odd rotation', inOperation('rope', { rotaryDimensions: 3 }), /rotaryDimensions, expected even/],
    ['attention that is not causal over a cache', inOperation('attention', { causal: false }), /causal, expected true with a state/],
    ['a window that is none', inOperation('attention', { window: 0 }), /window, expected an integer from 1/],
    ['a number that float32 does not hold', inOperation('attention', { scale: 1e300 }), /scale, expected a number that float32 holds/],
    ['a cache of another shape', ({ states }) => void Object.assign(states?.[0] ?? {}, { heads: 9 }), /keys, expected \[9, /],
    ['a leading dimension that it has not', ({ values }) => void Object.assign(values?.[1] ?? {}, { leading: 'none' }), /leading tokens, got none/],
    ['outputs of both kinds', (changed) => void Object.assign(changed.outputs ?? {}, { hidden: 1 }), /logits, or else pooled or hidden, got both/],
  ])('%s', (_, change, expected) => {
    expect(refusal(change)).toMatch(expected);
  });
});

import { createTinyModel } from '@mlxengine/testing';
import { describe, expect, test } from 'vitest';
import { createMLXBackend } from '../src/index.js';
import { missing, suiteName } from './mlx.js';

describe.skipIf(missing !== '')(suiteName('chunks', missing), () => {
  // Caches grow by 256 positions: a chunk that fills their storage to the last one leaves nothing for the next to write beside.
  test.each([256, 512])('of %i positions, which fill the storage, give what others give', async (chunkSize) => {
    await using backend = await createMLXBackend({ device: 'cpu' });
    const { graph, weights } = createTinyModel();
    const model = await backend.loadModel(graph, weights);
    const tokens = Array.from({ length: 600 }, (_, index) => (index * 5 + index * index) % graph.vocabularySize);
    const { logProbabilities: expected } = await model.score({ tokens, chunkSize: 100 });
    const { logProbabilities } = await model.score({ tokens, chunkSize });
    expect(Math.max(...expected.map((value, index) => Math.abs(value - (logProbabilities[index] ?? Number.NaN))))).toBeLessThan(1e-3);
  });
});

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createTinyModel } from '@mlxengine/testing';
import { describe, expect, test } from 'vitest';
import { createMLXBackend } from '../src/index.js';
import { missing, suiteName } from './mlx.js';

interface Rounds {
  readonly residentBytes: readonly number[];
  readonly loadedBytes: number;
  readonly leftBytes: number;
  readonly cacheBytes: number;
}

describe.skipIf(missing !== '')(suiteName('memory', missing), () => {
  test('is given back whole over 50 rounds of loading, generating and unloading', { timeout: 120_000 }, async () => {
    const fixture = join(import.meta.dirname, 'fixtures', 'load-and-unload.mjs');
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', fixture, '50'], { timeout: 110_000 });
    const { residentBytes, loadedBytes, leftBytes, cacheBytes } = JSON.parse(stdout) as Rounds;
    expect(loadedBytes).toBeGreaterThan(20_000_000);
    expect([leftBytes, cacheBytes]).toEqual([0, 0]);
    // 2 MB were measured from the fifth round to the last, of 20 MB of weights a round: what stays of a single one would show.
    expect((residentBytes.at(-1) ?? Infinity) - (residentBytes[4] ?? 0)).toBeLessThan(8_000_000);
  });

  test('a model that is dropped without unload is given back by the garbage collector or the next disposal', async () => {
    const backend = await createMLXBackend({ device: 'cpu' });
    const { graph, weights } = createTinyModel();
    await backend.loadModel(graph, weights);
    expect(backend.memory().activeBytes).toBeGreaterThan(0);
    await backend[Symbol.asyncDispose]();
    expect(backend.memory().activeBytes).toBe(0);
  });
});

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BackendModel } from '@mlxengine/core/backend';
import { generateTokens, starterCheckpoint, starterMissing, suiteName } from '../mlx.js';
import { capitalOfFrance, loadStarterModel } from '../starter.js';

const python = process.env['MLXENGINE_PARITY_PYTHON'];
const missing = python === undefined ? 'MLXENGINE_PARITY_PYTHON, a Python that has mlx-lm, is not set' : starterMissing;
const vocabularySize = 49152;
const maxTokens = 10;
const prompt = capitalOfFrance;

function largestDifference(left: Float32Array, right: Float32Array): number {
  expect(left.length).toBe(right.length);
  return left.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (right[i] ?? NaN))), 0);
}

describe.skipIf(missing !== '')(suiteName('SmolLM2 in float32 as mlx-lm computes it', missing), () => {
  let folder = '';
  let model: BackendModel;
  let expected: Float32Array;
  let greedy: readonly number[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mlxengine-parity-'));
    const [request, logits] = [join(folder, 'request.json'), join(folder, 'logits.bin')];
    await writeFile(request, JSON.stringify({ prompt, maxTokens }));
    const { stdout } = await promisify(execFile)(python ?? '', [join(import.meta.dirname, 'reference.py'), starterCheckpoint, request, logits]);
    ({ greedy } = JSON.parse(stdout) as { greedy: readonly number[] });
    expected = new Float32Array((await readFile(logits)).buffer);
    model = await loadStarterModel();
  });

  afterAll(async () => {
    await model?.unload();
    await rm(folder, { recursive: true, force: true });
  });

  test.each([
    ['as a whole', prompt.length],
    ['in chunks', 7],
    ['step by step', 1],
  ])('the same logits %s', async (_, chunkSize) => {
    const { logits } = await model.score({ tokens: prompt, chunkSize, logits: true });
    const difference = largestDifference(logits ?? new Float32Array(), expected);
    console.log(`largest difference of ${prompt.length} × ${vocabularySize} logits: ${difference}`);
    expect(expected.length).toBe(prompt.length * vocabularySize);
    expect(difference).toBeLessThanOrEqual(1e-3);
  });

  test('the same greedy tokens', async () => {
    expect(await generateTokens(model, { prompt, maxTokens })).toEqual(greedy);
  });
});

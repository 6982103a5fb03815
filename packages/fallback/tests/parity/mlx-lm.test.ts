import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import type { BackendModel, InferenceBackend } from '@mlxengine/core/backend';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFallbackBackend } from '../../src/index.js';
import { request, tokensOf } from '../backend/tokens.js';
import { capitalOfFrance as prompt, loadStarterModel, starterCheckpoint, starterMissing, suiteName } from '../starter.js';

const python = process.env['MLXENGINE_PARITY_PYTHON'];
const missing = python === undefined ? 'MLXENGINE_PARITY_PYTHON, a Python that has mlx-lm, is not set' : starterMissing;
const vocabularySize = 49152;
const maxTokens = 24;

function largestDifference(left: Float32Array, right: Float32Array): number {
  expect(left.length).toBe(right.length);
  return left.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (right[i] ?? NaN))), 0);
}

describe.skipIf(missing !== '')(suiteName('SmolLM2 as mlx-lm computes it in float32', missing), () => {
  let folder = '';
  let expected: Float32Array;
  let greedy: readonly number[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mlxengine-parity-'));
    const [requestFile, logitsFile] = [join(folder, 'request.json'), join(folder, 'logits.bin')];
    await writeFile(requestFile, JSON.stringify({ prompt, maxTokens }));
    const script = join(import.meta.dirname, 'reference.py');
    const { stdout } = await promisify(execFile)(python ?? '', [script, starterCheckpoint, requestFile, logitsFile]);
    ({ greedy } = JSON.parse(stdout) as { greedy: readonly number[] });
    expected = new Float32Array((await readFile(logitsFile)).buffer);
    expect(expected.length).toBe(prompt.length * vocabularySize);
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  describe.each([[false], [true]])('relaxed SIMD: %s', (relaxedSimd) => {
    let backend: InferenceBackend;
    let model: BackendModel;
    beforeAll(async () => {
      backend = await createFallbackBackend({ experimental: { relaxedSimd } });
      model = await loadStarterModel(backend);
    });
    afterAll(() => backend[Symbol.asyncDispose]());

    test.each([['as a whole', prompt.length], ['in chunks', 7], ['step by step', 1]])('the same logits %s', async (_, chunkSize) => {
      const { logits } = await model.score({ tokens: prompt, chunkSize, logits: true });
      const difference = largestDifference(logits ?? new Float32Array(), expected);
      console.log(`largest difference of ${prompt.length} × ${vocabularySize} logits: ${difference}`);
      expect(difference).toBeLessThanOrEqual(1e-3);
    });

    test('the same greedy tokens', async () => {
      expect(await tokensOf(model, request(prompt, { maxTokens }))).toEqual(greedy);
    });
  });
});

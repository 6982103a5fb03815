import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { BackendModel, PrefixCacheReport } from '@mlxengine/core/backend';
import { greedy, starterCheckpoint, starterMissing, suiteName } from '../mlx.js';
import { capitalOfFrance, loadStarterModel } from '../starter.js';

const python = process.env['MLXENGINE_PARITY_PYTHON'];
const missing = python === undefined ? 'MLXENGINE_PARITY_PYTHON, a Python that has mlx-lm, is not set' : starterMissing;
const count = 6;
const [prompt, next] = [capitalOfFrance.slice(0, -3), capitalOfFrance.slice(-3)];

interface Continued {
  readonly tokens: readonly number[];
  readonly tops: readonly (readonly number[])[];
}

interface Reference extends Continued {
  readonly classes: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

function expectSame(ours: Continued, theirs: Continued): void {
  const differences = theirs.tops.flatMap((top, step) => top.map((value, i) => Math.abs(value - (ours.tops[step]?.[i] ?? NaN))));
  console.log(`largest difference of ${differences.length} log-probabilities: ${Math.max(...differences)}`);
  expect(ours.tokens).toEqual(theirs.tokens);
  expect(Math.max(...differences)).toBeLessThanOrEqual(1e-3);
}

describe.skipIf(missing !== '')(suiteName('prompt caches of mlx-lm', missing), () => {
  let folder = '';
  let model: BackendModel;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mlxengine-prompt-cache-'));
  });
  beforeEach(async () => {
    model = await loadStarterModel();
  });
  afterEach(() => model?.unload());
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function reference(request: Readonly<Record<string, unknown>>): Promise<Reference> {
    const file = join(folder, 'request.json');
    await writeFile(file, JSON.stringify({ next, count, ...request }));
    const { stdout } = await promisify(execFile)(python ?? '', [join(import.meta.dirname, 'prompt_cache.py'), starterCheckpoint, file]);
    return JSON.parse(stdout) as Reference;
  }

  async function goOn(): Promise<Continued & { readonly cache: PrefixCacheReport | undefined }> {
    const [tokens, tops]: [number[], number[][]] = [[], []];
    let cache: PrefixCacheReport | undefined;
    for await (const batch of model.generate({ prompt: capitalOfFrance, maxTokens: count, stopTokens: [], sampling: greedy, logProbabilities: 20 })) {
      if (batch.type === 'finish') ({ cache } = batch.statistics);
      if (batch.type !== 'tokens') continue;
      tokens.push(...batch.tokens);
      const all = [...(batch.topLogProbabilities ?? [])];
      for (let at = 0; at < all.length; at += 20) tops.push(all.slice(at, at + 20));
    }
    return { tokens, tops, cache };
  }

  test.each([['plain', 'KVCache'], ['rotating', 'RotatingKVCache'], ['quantized', 'QuantizedKVCache']])('a %s one is loaded', async (kind, name) => {
    const path = join(folder, `${kind}.safetensors`);
    const theirs = await reference({ prompt, kind, save: path });
    expect(new Set(theirs.classes)).toEqual(new Set([name]));
    await expect(model.loadCache?.({ path })).rejects.toMatchObject({ code: 'checkpoint.cache-file' });
    expect(await model.loadCache?.({ path, tokens: capitalOfFrance })).toEqual({ tokens: Uint32Array.from(prompt), metadata: { from: 'mlx-lm' } });
    const ours = await goOn();
    expect(ours.cache?.cachedTokens).toBe(prompt.length);
    expectSame(ours, theirs);
  });

  test('one of ours is loaded there', async () => {
    const path = join(folder, 'ours.safetensors');
    for await (const _ of model.generate({ prompt, maxTokens: 1, stopTokens: [], sampling: greedy }));
    expect((await model.saveCache?.({ tokens: capitalOfFrance, path, metadata: { from: 'here' } }))?.cachedTokens).toBe(prompt.length);
    const theirs = await reference({ cache: path });
    expect(theirs.metadata['from']).toBe('here');
    expectSame(await goOn(), theirs);
  });
});

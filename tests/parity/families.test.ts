import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InferenceBackend } from '@mlxengine/core/backend';
import { openFolder } from '@mlxengine/downloader';
import { readReference, verifyModel, type Verification } from '@mlxengine/engine';
import { createFallbackBackend } from '@mlxengine/fallback';
import { supportedArchitectures } from '@mlxengine/models';
import { createMLXBackend } from '@mlxengine/native-mlx';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CheckpointFolder, listCheckpoints, missing } from './checkpoints.js';

const checkpoints = listCheckpoints();
const backends: Readonly<Record<string, () => Promise<InferenceBackend>>> = {
  mlx: () => createMLXBackend({ device: 'cpu' }),
  fallback: () => createFallbackBackend(),
};
const suffix = missing === '' ? '' : ` (${missing})`;

describe.skipIf(missing !== '')(`tiny checkpoints of every family, in float32, against mlx-lm${suffix}`, () => {
  let folder: CheckpointFolder;

  beforeAll(async () => {
    folder = new CheckpointFolder();
    await folder.generate();
  }, 600_000);

  afterAll(() => folder.remove());

  test('every family that comes along has checkpoints', () => {
    const made = new Set(checkpoints.map(({ checkpoint }) => checkpoint.split('/')[0]));
    const families = supportedArchitectures({ aliases: false }).map((name) => name.replaceAll('-', '_'));
    expect(families.filter((family) => !made.has(family))).toEqual([]);
  });

  describe.each(Object.keys(backends))('%s', (name) => {
    let backend: InferenceBackend;
    const results: Record<string, Verification> = {};

    beforeAll(async () => {
      backend = await backends[name]!();
    });

    afterAll(async () => {
      await backend[Symbol.asyncDispose]();
      const reports = join(import.meta.dirname, '..', '..', 'reports', 'families');
      mkdirSync(reports, { recursive: true });
      writeFileSync(join(reports, `${name}.json`), JSON.stringify(results));
    });

    test.each(checkpoints.map(({ checkpoint }) => checkpoint))('%s: whole, in chunks, in a batch and step by step', async (checkpoint) => {
      const path = folder.folder(checkpoint);
      const reference = await readReference(await openFolder(path), 'reference.safetensors');
      const verification = await verifyModel(path, { reference, backend });
      results[checkpoint] = verification;
      expect(verification).toMatchObject({ pass: true });
    });
  });
});

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readAdapter, readCheckpoint, type Checkpoint } from '@mlxengine/models';
import type { BackendModel, InferenceBackend, LoadedAdapter } from '@mlxengine/core/backend';
import { createMLXBackend } from '../../src/index.js';
import { FolderSource } from '../folder-source.js';
import { missing as missingMLX, suiteName } from '../mlx.js';

type Logits = readonly (readonly number[])[];

interface Report {
  readonly tokens: readonly number[];
  readonly adapters: readonly { readonly model: string; readonly adapter: string; readonly logits: Logits; readonly dequantized?: Logits; readonly fused?: Logits }[];
}

const python = process.env['MLXENGINE_PARITY_PYTHON'];
const missing = python === undefined ? 'MLXENGINE_PARITY_PYTHON, a Python that has mlx-lm, is not set' : missingMLX;
const models = ['dense', 'affine', 'tied', 'mxfp4', 'phi3', 'experts', 'affine-experts'];

describe.skipIf(missing !== '')(suiteName('adapters as mlx-lm computes them', missing), () => {
  let folder = '';
  let report: Report;
  let backend: InferenceBackend;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mlxengine-adapters-'));
    await promisify(execFile)(python ?? '', [join(import.meta.dirname, 'adapters.py'), folder]);
    report = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as Report;
    backend = await createMLXBackend({ device: 'cpu' });
  }, 120_000);

  afterAll(async () => {
    await backend?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  test('every model that was made is compared', () => {
    expect([...new Set(report.adapters.map(({ model }) => model))].sort()).toEqual(models.toSorted());
  });

  describe.each(models)('%s', (name) => {
    let checkpoint: Checkpoint;
    let model: BackendModel;
    const loaded = new Map<string, LoadedAdapter>();

    const logitsOf = async (adapter?: number): Promise<Float32Array> => {
      const { logits } = await model.score({ tokens: report.tokens, logits: true, ...(adapter !== undefined && { adapter }) });
      return logits ?? new Float32Array();
    };

    beforeAll(async () => {
      checkpoint = await readCheckpoint(new FolderSource(join(folder, name)));
      model = await backend.loadModel(checkpoint.graph, checkpoint.weights, { dtype: 'float32' });
      for (const { model: of, adapter } of report.adapters) {
        if (of !== name) continue;
        const source = await readAdapter(new FolderSource(join(folder, name, adapter)), checkpoint);
        loaded.set(adapter, (await model.loadAdapter?.(source)) as LoadedAdapter);
      }
    });

    afterAll(() => model?.unload());

    test('the same logits with each', async () => {
      const plain = await logitsOf();
      for (const { adapter, logits } of report.adapters.filter(({ model: of }) => of === name)) {
        const found = await logitsOf(loaded.get(adapter)?.id);
        expect(differenceOf(found, logits), adapter).toBeLessThanOrEqual(1e-3);
        expect(differenceOf(plain, logits), `${adapter} does something`).toBeGreaterThan(0.05);
      }
    });

    test('side by side as alone', async () => {
      const ids = [undefined, ...[...loaded.values()].map(({ id }) => id)];
      const orders = [ids, ids.toReversed(), [...ids, ...ids]];
      for (const adapters of orders) {
        const results = await model.scoreBatch({ sequences: adapters.map(() => report.tokens), adapters, logits: true });
        for (const [index, id] of adapters.entries()) {
          expect(largest(results[index]?.logits ?? new Float32Array(), await logitsOf(id)), String(id)).toBeLessThanOrEqual(1e-3);
        }
      }
    });

    test('fused as mlx-lm fuses, and back', async () => {
      const before = await logitsOf();
      for (const { adapter, logits, dequantized = logits, fused } of report.adapters.filter(({ model: of }) => of === name)) {
        const id = loaded.get(adapter)?.id ?? 0;
        for (const [dequantize, expected] of [[true, dequantized], [false, fused ?? dequantized]] as const) {
          if (name === 'mxfp4' && !dequantize) continue;
          await model.fuseAdapter?.(id, { dequantize });
          expect(differenceOf(await logitsOf(), expected), `${adapter}, dequantize ${dequantize}`).toBeLessThanOrEqual(1e-3);
          await model.unfuseAdapter?.();
          expect(await logitsOf()).toEqual(before);
        }
      }
    });
  });
});

function differenceOf(found: Float32Array, expected: Logits): number {
  return largest(found, Float32Array.from(expected.flat()));
}

function largest(left: Float32Array, right: Float32Array): number {
  expect(left.length).toBe(right.length);
  return left.reduce((most, value, i) => Math.max(most, Math.abs(value - (right[i] ?? NaN))), 0);
}

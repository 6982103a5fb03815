import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Quantization, TensorDtype } from '@mlxengine/core';
import { createReferenceBackend } from '@mlxengine/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfigReader, readCheckpoint, ropeSettings, safetensorsChunks } from '../../src/index.js';
import { bytesPerElement } from '../../src/tensors/dtype.js';
import { FolderSource } from '../support/folder-source.js';

interface Report {
  readonly checkpoints: Readonly<Record<string, {
    readonly tensors: Readonly<Record<string, { readonly dtype: string; readonly shape: readonly number[]; readonly sha256: string }>>;
    readonly quantizations: Readonly<Record<string, Quantization>>;
    readonly parameters: number;
    readonly tokens: readonly number[];
    /** `[tokens, vocabulary]`, float32. */
    readonly logits: readonly (readonly number[])[];
  }>>;
  readonly ropes: readonly {
    readonly dims: number; readonly base: number; readonly scaling_config: Readonly<Record<string, unknown>> | null; readonly angles: readonly number[];
  }[];
}

const python = process.env['MLXENGINE_PARITY_PYTHON'];
const run = promisify(execFile);
const script = join(import.meta.dirname, 'make_checkpoints.py');
const dtypeNames: Readonly<Partial<Record<TensorDtype, string>>> = { F32: 'float32', F16: 'float16', BF16: 'bfloat16', U32: 'uint32' };
const names = [
  'dense-bfloat16', 'dense-sharded', 'affine-2-32', 'affine-3-128', 'affine-4-32-sharded', 'affine-5-64', 'affine-6-64-tied', 'affine-8-64', 'affine-mixed',
  'rope-llama3', 'rope-linear-traditional',
];

describe.skipIf(python === undefined)('as mlx-lm reads it (skipped without MLXENGINE_PARITY_PYTHON, a Python that has mlx-lm)', () => {
  let folder = '';
  let report: Report;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mlxengine-models-'));
    await run(python ?? '', [script, folder]);
    report = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as Report;
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('every checkpoint that was made is compared', () => {
    expect(Object.keys(report.checkpoints).sort()).toEqual([...names].sort());
  });

  test.for(names)('%s: the same tensors, to the byte', async (name) => {
    const { weights, configuration } = await readCheckpoint(new FolderSource(join(folder, name)));
    const expected = report.checkpoints[name];
    const found: Record<string, unknown> = {};
    for (const { name: tensor, dtype, shape } of weights.tensors.values()) {
      const sha256 = createHash('sha256').update(await weights.read(tensor)).digest('hex');
      found[tensor] = { dtype: dtypeNames[dtype], shape, sha256 };
    }
    expect(found).toEqual(expected?.tensors);
    expect(configuration.parameterCount).toBe(expected?.parameters);
  });

  test.for(names)('%s: the same quantization of every module', async (name) => {
    const { weights, graph } = await readCheckpoint(new FolderSource(join(folder, name)));
    const found = graph.weights.flatMap(({ path }) => {
      const quantization = weights.quantization(path);
      return quantization ? [[path, quantization] as const] : [];
    });
    expect(Object.fromEntries(found)).toEqual(report.checkpoints[name]?.quantizations);
  });

  test.for(names)('%s: the graph gives the same logits', async (name) => {
    const { graph, weights } = await readCheckpoint(new FolderSource(join(folder, name)));
    const { tokens = [], logits: expected = [] } = report.checkpoints[name] ?? {};
    await using model = await createReferenceBackend().loadModel(graph, weights);
    const { logits: found } = await model.score({ tokens, logits: true });
    const flat = expected.flat();
    expect(found).toHaveLength(flat.length);
    const worst = flat.reduce((most, value, index) => Math.max(most, Math.abs(value - (found?.[index] ?? NaN))), 0);
    expect(Math.max(...flat.map(Math.abs))).toBeGreaterThan(0.1);
    expect(worst).toBeLessThan(1e-3);
  });

  test('some of their tensors lie misaligned, and location points at them', async () => {
    let misaligned = 0;
    for (const name of names) {
      const { weights } = await readCheckpoint(new FolderSource(join(folder, name)));
      for (const { name: tensor, dtype, byteLength } of weights.tensors.values()) {
        const location = weights.location(tensor);
        if (location === undefined || location.byteOffset % bytesPerElement(dtype) === 0) continue;
        misaligned += 1;
        await using file = await open(location.file);
        const { buffer } = await file.read(Buffer.alloc(byteLength), 0, byteLength, location.byteOffset);
        expect(buffer.compare(await weights.read(tensor))).toBe(0);
      }
    }
    expect(misaligned).toBeGreaterThan(0);
  });

  test('mlx loads what the writer writes', async () => {
    const name = 'affine-3-128';
    const { weights } = await readCheckpoint(new FolderSource(join(folder, name)));
    const tensors = [...weights.tensors.values()].map((tensor) => ({
      name: tensor.name, dtype: tensor.dtype, shape: tensor.shape,
      async *chunks() { yield await weights.read(tensor.name); },
    }));
    await writeFile(join(folder, 'written.safetensors'), safetensorsChunks(tensors));
    const compare = [
      'import sys, mlx.core as mx', 'a, b = mx.load(sys.argv[1]), mx.load(sys.argv[2])',
      'print(a.keys() == b.keys() and all(a[k].dtype == b[k].dtype and mx.array_equal(a[k], b[k]).item() for k in a))',
    ].join('\n');
    const { stdout } = await run(python ?? '', ['-c', compare, join(folder, name, 'model.safetensors'), join(folder, 'written.safetensors')]);
    expect(stdout.trim()).toBe('True');
  });

  test('rope rotates by the same angles', () => {
    for (const { dims, base, scaling_config: scaling, angles } of report.ropes) {
      const settings = ropeSettings({ dimensions: dims, base, traditional: false, ...(scaling && { scaling: new ConfigReader(scaling) }) });
      expect(settings.inverseFrequencies).toHaveLength(angles.length);
      for (const [index, angle] of angles.entries()) {
        const difference = Math.abs((settings.inverseFrequencies[index] ?? NaN) - angle);
        expect(difference, `pair ${index} of ${JSON.stringify(scaling)}`).toBeLessThan(2e-7 + 1e-5 * angle);
      }
    }
  });
});

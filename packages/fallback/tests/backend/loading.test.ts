import { AbortedError, CheckpointError, OutOfMemoryError, StorageError, UnsupportedFeatureError, type WeightSource } from '@mlxengine/core';
import { createTinyModel } from '@mlxengine/testing';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createFallbackBackend } from '../../src/index.js';
import { promptOf } from './tokens.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fallback-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The same weights in one file, at odd places. */
async function inFile(weights: WeightSource): Promise<WeightSource> {
  const file = join(folder, 'weights.bin');
  const places = new Map<string, number>();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (const name of weights.tensors.keys()) {
    const bytes = await weights.read(name);
    parts.push(new Uint8Array(3), bytes);
    places.set(name, length + 3);
    length += 3 + bytes.length;
  }
  await writeFile(file, Buffer.concat(parts));
  return { ...weights, read: vi.fn(), location: (name) => ({ file, byteOffset: places.get(name) ?? 0 }) };
}

test('weights in local files are read by the worker, not by the caller', async () => {
  await using backend = await createFallbackBackend();
  const { graph, weights } = createTinyModel({ dtype: 'BF16' });
  const local = await inFile(weights);
  const model = await backend.loadModel(graph, local);
  const other = await backend.loadModel(graph, weights);
  expect(local.read).not.toHaveBeenCalled();
  const asked = { tokens: promptOf(20), logits: true };
  expect(await model.score(asked)).toEqual(await other.score(asked));
});

test('a file that is gone or too short is a StorageError that names it', async () => {
  await using backend = await createFallbackBackend();
  const { graph, weights } = createTinyModel();
  const local = await inFile(weights);
  const gone = join(folder, 'gone.bin');
  const missing = backend.loadModel(graph, { ...local, location: () => ({ file: gone, byteOffset: 0 }) });
  await expect(missing).rejects.toThrow(StorageError);
  await expect(missing).rejects.toThrow(gone);
  const short = backend.loadModel(graph, { ...local, location: (name) => ({ ...local.location(name)!, byteOffset: 1e9 }) });
  await expect(short).rejects.toMatchObject({ code: 'storage.too-short' });
  expect(backend.memory().activeBytes).toBe(0);
});

test('what 32-bit addresses do not reach is refused before a byte is read', async () => {
  await using backend = await createFallbackBackend();
  const { graph, weights } = createTinyModel();
  const read = vi.fn();
  const loading = backend.loadModel({ ...graph, contextLength: 2 ** 31 }, { ...weights, read });
  await expect(loading).rejects.toThrow(OutOfMemoryError);
  expect(read).not.toHaveBeenCalled();
});

test('a quantization, an element type or an operation that is not supported is named', async () => {
  await using backend = await createFallbackBackend();
  const { graph, weights } = createTinyModel({ quantization: { mode: 'affine', bits: 4, groupSize: 32 } });
  const sevenBits = backend.loadModel(graph, { ...weights, quantization: () => ({ mode: 'affine', bits: 7, groupSize: 32 }) });
  await expect(sevenBits).rejects.toThrow('7 bits');
  await expect(sevenBits).rejects.toThrow(UnsupportedFeatureError);
  const dense = createTinyModel();
  const tensors = new Map([...dense.weights.tensors].map(([name, tensor]) => [name, { ...tensor, dtype: 'F64' as const }]));
  await expect(backend.loadModel(dense.graph, { ...dense.weights, tensors })).rejects.toThrow('F64');
});

test('scales of the wrong shape are a CheckpointError that names them', async () => {
  await using backend = await createFallbackBackend();
  const { graph, weights } = createTinyModel({ quantization: { mode: 'affine', bits: 4, groupSize: 32 } });
  const name = 'model.layers.0.self_attn.q_proj.scales';
  const tensors = new Map(weights.tensors);
  tensors.set(name, { ...tensors.get(name)!, shape: [1, 1] });
  const loading = backend.loadModel(graph, { ...weights, tensors });
  await expect(loading).rejects.toThrow(CheckpointError);
  await expect(loading).rejects.toThrow(name);
});

test.each([2, 8])('%i threads are refused', async (threads) => {
  await using backend = await createFallbackBackend();
  const { graph, weights } = createTinyModel();
  await expect(backend.loadModel(graph, weights, { threads })).rejects.toThrow(`${threads} threads`);
});

test('loading can be aborted half-way, and nothing stays', async () => {
  await using backend = await createFallbackBackend();
  const { graph, weights } = createTinyModel();
  const controller = new AbortController();
  const loading = backend.loadModel(graph, weights, { signal: controller.signal, onProgress: () => controller.abort('enough') });
  await expect(loading).rejects.toThrow(AbortedError);
  await expect(loading).rejects.toMatchObject({ cause: 'enough' });
  expect(backend.memory().activeBytes).toBe(0);
});

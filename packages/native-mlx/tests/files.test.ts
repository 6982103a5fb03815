import { truncateSync } from 'node:fs';
import { StorageError, type TensorDtype } from '@mlxengine/core';
import type { ComputeDtype } from '@mlxengine/core/backend';
import type { ModelGraph } from '@mlxengine/core/graph';
import { createTinyModel } from '@mlxengine/testing';
import { describe, expect, test } from 'vitest';
import { createMLXBackend } from '../src/index.js';
import { oneTensor, writeFileWeights } from './file-weights.js';
import { generateTokens, missing, suiteName } from './mlx.js';

/** Gives the rows of a table of 256 columns as they are. */
function tableGraph(rows: number): ModelGraph {
  return {
    specificationVersion: 'v1',
    architecture: 'table',
    vocabularySize: rows,
    contextLength: rows,
    values: [
      { leading: 'tokens', dimensions: [], dtype: 'int32' },
      { leading: 'tokens', dimensions: [256], dtype: 'float' },
    ],
    states: [],
    weights: [{ path: 'table', kind: 'matrix', shape: [rows, 256], bias: false }],
    operations: [
      { type: 'tokens', output: 0 },
      { type: 'embedding', input: 0, weight: 'table', output: 1 },
    ],
    outputs: { hidden: 1 },
  };
}

/** What a backend makes of a table in a file. */
async function loadTable(bytes: Uint8Array, dtype: TensorDtype, computeDtype: ComputeDtype): Promise<Float32Array> {
  const rows = bytes.length / (dtype === 'F32' ? 4 : 2) / 256;
  using files = await writeFileWeights(oneTensor({ name: 'table.weight', dtype, shape: [rows, 256] }, bytes));
  await using backend = await createMLXBackend({ device: 'cpu' });
  const model = await backend.loadModel(tableGraph(rows), files.weights, { dtype: computeDtype });
  const { hidden } = await model.embed({ sequences: [Array.from({ length: rows }, (_, row) => row)], hidden: true });
  return hidden?.[0] ?? new Float32Array();
}

function widenFloat16(bits: number): number {
  const [sign, exponent, fraction] = [bits >> 15 === 1 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

const widenBFloat16 = (bits: number): number => new Float32Array(Uint32Array.of(bits << 16).buffer)[0] as number;
const everyHalf = Uint16Array.from({ length: 65_536 }, (_, bits) => bits);
// Ordinary numbers, halfway cases of either format, and what becomes infinite or 0.
const floats = Float32Array.from({ length: 65_536 }, (_, index) => Math.sin(index) * 2 ** ((index % 60) - 30));

describe.skipIf(missing !== '')(suiteName('tensors in files', missing), () => {
  test.each([['F16', widenFloat16], ['BF16', widenBFloat16]] as const)('each of the 65,536 numbers of %s is itself in float32', async (dtype, widen) => {
    const loaded = await loadTable(new Uint8Array(everyHalf.buffer), dtype, 'float32');
    expect(loaded).toEqual(Float32Array.from(everyHalf, widen));
  });

  test.each([['float16', 11, -24], ['bfloat16', 8, -133]] as const)('float32 is rounded to the nearest %s', async (dtype, digits, smallest) => {
    const loaded = await loadTable(new Uint8Array(floats.buffer), 'F32', dtype);
    const wrong = floats.findIndex((value, index) => {
      const unit = 2 ** Math.max(Math.floor(Math.log2(Math.abs(value))) - digits + 1, smallest);
      const found = loaded[index] as number;
      return Number.isFinite(found) ? Math.abs(found - value) > unit / 2 : Math.abs(value) < 65_520;
    });
    expect(wrong).toBe(-1);
  });

  test('give the same tokens as those that come through JavaScript', async () => {
    await using backend = await createMLXBackend({ device: 'cpu' });
    // The embedding is read in several pieces.
    const { graph, weights } = createTinyModel({ layers: 1, hiddenSize: 256, vocabularySize: 9216, dtype: 'BF16' });
    using files = await writeFileWeights(weights);
    const [provided, read] = [await backend.loadModel(graph, weights), await backend.loadModel(graph, files.weights)];
    const request = { tokens: [5, 9215, 3000, 1], logits: true };
    expect((await read.score(request)).logits).toEqual((await provided.score(request)).logits);
  });

  test('that were cut off are a StorageError, and nothing stays', async () => {
    await using backend = await createMLXBackend({ device: 'cpu' });
    const { graph, weights } = createTinyModel();
    using files = await writeFileWeights(weights);
    truncateSync(files.file, 20_000);
    const failure: unknown = await backend.loadModel(graph, files.weights).catch((error: unknown) => error);
    expect(failure).toSatisfy((error) => StorageError.isInstance(error));
    expect(failure).toMatchObject({ message: expect.stringContaining('its end') as string });
    expect(backend.memory().activeBytes).toBe(0);
  });

  test('that are cut off while they are read end in a StorageError or a model, never in a signal', { timeout: 60_000 }, async () => {
    await using backend = await createMLXBackend({ device: 'cpu' });
    const { graph, weights } = createTinyModel({ layers: 1, hiddenSize: 512, intermediateSize: 1024, vocabularySize: 8192 });
    for (let round = 0; round < 5; round++) {
      using files = await writeFileWeights(weights);
      const loading = backend.loadModel(graph, files.weights).then((model) => void model.unload(), (error: unknown) => error);
      await new Promise((resolve) => setTimeout(resolve, 3 * round));
      truncateSync(files.file, 4096);
      expect(await loading).toSatisfy((end) => end === undefined || StorageError.isInstance(end));
    }
    await backend[Symbol.asyncDispose]();
    expect(backend.memory().activeBytes).toBe(0);
  });

  test('may vanish once they are loaded', async () => {
    await using backend = await createMLXBackend({ device: 'cpu' });
    const { graph, weights } = createTinyModel();
    const files = await writeFileWeights(weights);
    const model = await backend.loadModel(graph, files.weights);
    const before = await generateTokens(model, { prompt: [1, 2, 3] });
    truncateSync(files.file, 0);
    expect(await generateTokens(model, { prompt: [1, 2, 3] })).toEqual(before);
    files[Symbol.dispose]();
  });
});

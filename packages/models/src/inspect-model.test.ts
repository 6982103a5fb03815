import { expect, test } from 'vitest';
import { tinyCheckpoint } from '../tests/support/tiny-llama.js';
import { inspectModel } from './inspect-model.js';

const layers = 2 * (2 * 128 * 128 + 2 * 64 * 128 + 3 * 256 * 128 + 2 * 128);
const parameters = 32 * 128 + layers + 128;

test('estimates a dense model for each number format', async () => {
  const { configuration, memory } = await inspectModel(await tinyCheckpoint());
  expect(configuration.parameterCount).toBe(parameters);
  // Keys and values of two heads of 32 in each of two layers.
  const kvElements = 2 * 2 * (32 + 32);
  expect(memory.float32).toMatchObject({ weightBytes: parameters * 4, kvBytesPerToken: kvElements * 4 });
  expect(memory.float16).toMatchObject({ weightBytes: parameters * 2, kvBytesPerToken: kvElements * 2 });
  expect(memory.bfloat16).toEqual(memory.float16);
});

test('packed weights take the same in every format, scales and norms do not', async () => {
  const { memory, configuration } = await inspectModel(await tinyCheckpoint({ quantizationOf: () => ({ bits: 4, groupSize: 32 }) }));
  const norms = 5 * 128;
  const packed = (parameters - norms) / 2;
  const groups = (parameters - norms) / 32;
  expect(configuration.parameterCount).toBe(parameters);
  expect(memory.float16.weightBytes).toBe(packed + groups * 2 * 2 + norms * 2);
  expect(memory.float32.weightBytes).toBe(packed + groups * 2 * 4 + norms * 4);
});

test('reads headers, never weights', async () => {
  const source = await tinyCheckpoint();
  await inspectModel(source);
  const file = source.files.get('model.safetensors') ?? new Uint8Array();
  const header = 8 + Number(new DataView(file.buffer).getBigUint64(0, true));
  const read = source.reads.filter(({ path }) => path === 'model.safetensors').reduce((sum, { length }) => sum + length, 0);
  expect(read).toBe(header);
});

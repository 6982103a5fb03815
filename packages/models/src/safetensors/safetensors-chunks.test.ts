import { AbortedError, CheckpointError, InvalidArgumentError } from '@mlxengine/core';
import { expect, test } from 'vitest';
import { concat } from '../../tests/support/tensors.js';
import { safetensorsChunks } from './safetensors-chunks.js';
import type { SafetensorsWriteOptions, TensorToWrite } from './safetensors-chunks.js';

const tensor = (name: string, shape: readonly number[], ...chunks: readonly number[][]): TensorToWrite => ({
  name, dtype: 'U8', shape, chunks: () => chunks.map((chunk) => Uint8Array.from(chunk)),
});

async function write(tensors: readonly TensorToWrite[], options?: SafetensorsWriteOptions): Promise<Uint8Array> {
  return concat(await Array.fromAsync(safetensorsChunks(tensors, options)));
}

test('writes length, header padded to 8 bytes, and the tensors one after another', async () => {
  const file = await write([tensor('b', [3], [1], [2, 3]), tensor('a', [1, 1], [4])]);
  const length = Number(new DataView(file.buffer).getBigUint64(0, true));
  expect(length % 8).toBe(0);
  expect(JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)))).toEqual({
    __metadata__: { format: 'mlx' },
    b: { dtype: 'U8', shape: [3], data_offsets: [0, 3] },
    a: { dtype: 'U8', shape: [1, 1], data_offsets: [3, 4] },
  });
  expect([...file.subarray(8 + length)]).toEqual([1, 2, 3, 4]);
});

test('takes metadata and asynchronous chunks, and asks for a tensor only at its turn', async () => {
  const asked: string[] = [];
  async function* chunks(name: string): AsyncGenerator<Uint8Array> {
    asked.push(name);
    yield Promise.resolve(Uint8Array.of(7));
  }
  const tensors = ['a', 'b'].map((name) => ({ name, dtype: 'U8', shape: [1], chunks: () => chunks(name) }) as const);
  const stream = safetensorsChunks(tensors, { metadata: { who: 'test' } });
  expect(new TextDecoder().decode((await stream.next()).value ?? undefined)).toContain('"__metadata__":{"who":"test"}');
  expect(asked).toEqual([]);
  await stream.next();
  expect(asked).toEqual(['a']);
});

test.for([[[1]], [[1, 2, 3]], [[1], [2, 3]], []])('a tensor of 2 bytes that gives %j is an error', async (chunks) => {
  await expect(write([tensor('a', [2], ...chunks)])).rejects.toThrow(expect.objectContaining({ code: 'checkpoint.write-size' }));
  await expect(write([tensor('a', [2], ...chunks)])).rejects.toThrow(CheckpointError);
});

test.for<readonly TensorToWrite[]>([
  [tensor('a', [0]), tensor('a', [0])], [tensor('__metadata__', [0])], [tensor('a', [-1])], [tensor('a', [0.5])], [tensor('a', [2 ** 40, 2 ** 40])],
])('names or shapes that no file can hold are refused', async (tensors) => {
  await expect(write(tensors)).rejects.toThrow(InvalidArgumentError);
});

test('stops at its signal', async () => {
  const controller = new AbortController();
  const stream = safetensorsChunks([tensor('a', [2], [1], [2])], { signal: controller.signal });
  await stream.next();
  await stream.next();
  controller.abort();
  await expect(stream.next()).rejects.toThrow(AbortedError);
});

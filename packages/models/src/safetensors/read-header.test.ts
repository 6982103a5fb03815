import { CheckpointError, MLXEngineError, UnsupportedFeatureError } from '@mlxengine/core';
import { expect, test } from 'vitest';
import { MemorySource } from '../../tests/support/memory-source.js';
import { Random } from '../../tests/support/random.js';
import { rawSafetensors, testTensor, writeSafetensors } from '../../tests/support/tensors.js';
import type { TestTensor } from '../../tests/support/tensors.js';
import { tensorDtypes } from '../tensors/dtype.js';
import { headerLengthLimit } from './limits.js';
import type { SafetensorsEntry } from './parse-header.js';
import { readSafetensorsHeader } from './read-header.js';

function read(file: Uint8Array, size = file.length): Promise<readonly SafetensorsEntry[]> {
  return readSafetensorsHeader(new MemorySource({ 'x.safetensors': file }), { path: 'x.safetensors', size });
}

const tensor = (entry: object, more: object = {}): string => JSON.stringify({ t: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...entry }, ...more });
const two = (begin: number, end: number): string =>
  JSON.stringify({ a: { dtype: 'U8', shape: [4], data_offsets: [0, 4] }, b: { dtype: 'U8', shape: [end - begin], data_offsets: [begin, end] } });
const data = (length: number): Uint8Array => new Uint8Array(length);

test('reads tensors in the order of their bytes, at offsets that fit no dtype', async () => {
  const header = JSON.stringify({
    __metadata__: { format: 'mlx' },
    second: { dtype: 'F32', shape: [2, 1], data_offsets: [3, 11] },
    first: { dtype: 'U8', shape: [3], data_offsets: [0, 3] },
    scalar: { dtype: 'BF16', shape: [], data_offsets: [11, 13] },
    empty: { dtype: 'F16', shape: [0, 7], data_offsets: [3, 3] },
  });
  const start = 8 + header.length;
  expect(await read(rawSafetensors(header, data(13)))).toEqual([
    { name: 'first', dtype: 'U8', shape: [3], byteLength: 3, byteOffset: start },
    { name: 'empty', dtype: 'F16', shape: [0, 7], byteLength: 0, byteOffset: start + 3 },
    { name: 'second', dtype: 'F32', shape: [2, 1], byteLength: 8, byteOffset: start + 3 },
    { name: 'scalar', dtype: 'BF16', shape: [], byteLength: 2, byteOffset: start + 11 },
  ]);
});

test('takes metadata that is null, which MLX writes where it is given none', async () => {
  expect(await read(rawSafetensors(tensor({}, { __metadata__: null }), data(8)))).toHaveLength(1);
});

test('reads nothing but the header', async () => {
  const source = new MemorySource({ 'x.safetensors': rawSafetensors(tensor({}), data(8)) });
  await readSafetensorsHeader(source, { path: 'x.safetensors', size: 8 + tensor({}).length + 8 });
  expect(source.reads.reduce((sum, { length }) => sum + length, 0)).toBe(8 + tensor({}).length);
});

test.for<readonly [string, Uint8Array, string]>([
  ['an empty file', data(0), 'checkpoint.header-truncated'],
  ['half a length', data(7), 'checkpoint.header-truncated'],
  ['a header of no bytes', rawSafetensors('', data(8)), 'checkpoint.header-length'],
  ['a header longer than the file', rawSafetensors('{}', data(0), 3n), 'checkpoint.header-truncated'],
  ['a header over the cap', rawSafetensors('{}', data(0), BigInt(headerLengthLimit) + 1n), 'checkpoint.header-length'],
  ['a header of 2^64 - 1 bytes', rawSafetensors('{}', data(0), 2n ** 64n - 1n), 'checkpoint.header-length'],
  ['a header that is no JSON', rawSafetensors('{"t": }'), 'checkpoint.json-syntax'],
  ['a header that is no object', rawSafetensors('[]'), 'checkpoint.json-syntax'],
  ['a header that is not UTF-8', rawSafetensors(Uint8Array.of(0x7b, 0xff, 0x7d)), 'checkpoint.not-utf8'],
  ['a tensor twice', rawSafetensors(`{"t":${tensor({}).slice(5, -1)},"t":${tensor({}).slice(5, -1)}}`, data(8)), 'checkpoint.json-duplicate-key'],
  ['a field twice', rawSafetensors('{"t":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}', data(1)), 'checkpoint.json-duplicate-key'],
  ['metadata that is no object', rawSafetensors(tensor({}, { __metadata__: 'mlx' }), data(8)), 'checkpoint.header-metadata'],
  ['metadata that is no string', rawSafetensors(tensor({}, { __metadata__: { n: 1 } }), data(8)), 'checkpoint.header-metadata'],
  ['an entry that is no object', rawSafetensors('{"t": 1}'), 'checkpoint.header-entry'],
  ['no dtype', rawSafetensors(tensor({ dtype: undefined }), data(8)), 'checkpoint.header-entry'],
  ['an unknown dtype', rawSafetensors(tensor({ dtype: 'constructor' }), data(8)), 'checkpoint.header-entry'],
  ['no shape', rawSafetensors(tensor({ shape: undefined }), data(8)), 'checkpoint.header-entry'],
  ['a negative dimension', rawSafetensors(tensor({ shape: [-1, -2] }), data(8)), 'checkpoint.header-entry'],
  ['half a dimension', rawSafetensors(tensor({ shape: [4, 0.5] }), data(8)), 'checkpoint.header-entry'],
  ['a dimension that is text', rawSafetensors(tensor({ shape: ['2'] }), data(8)), 'checkpoint.header-entry'],
  ['a dimension over 2^53', rawSafetensors(tensor({ shape: [2 ** 53] }), data(8)), 'checkpoint.header-entry'],
  ['a product over 2^53', rawSafetensors(tensor({ shape: [2 ** 32, 2 ** 32] }), data(8)), 'checkpoint.header-entry'],
  ['a product that wraps to 2 in 64 bits', rawSafetensors(tensor({ shape: [2 ** 52 + 1, 2 ** 52, 2] }), data(8)), 'checkpoint.header-entry'],
  ['bytes over 2^53', rawSafetensors(tensor({ shape: [2 ** 52] }), data(8)), 'checkpoint.header-entry'],
  ['no offsets', rawSafetensors(tensor({ data_offsets: undefined }), data(8)), 'checkpoint.header-entry'],
  ['one offset', rawSafetensors(tensor({ data_offsets: [0] }), data(8)), 'checkpoint.header-entry'],
  ['three offsets', rawSafetensors(tensor({ data_offsets: [0, 8, 8] }), data(8)), 'checkpoint.header-entry'],
  ['a negative offset', rawSafetensors(tensor({ data_offsets: [-8, 0] }), data(8)), 'checkpoint.header-entry'],
  ['an end before its begin', rawSafetensors(tensor({ data_offsets: [8, 0] }), data(8)), 'checkpoint.header-entry'],
  ['offsets that do not fit the shape', rawSafetensors(tensor({ data_offsets: [0, 4] }), data(8)), 'checkpoint.tensor-size'],
  ['more bytes than the shape takes', rawSafetensors(tensor({ data_offsets: [0, 12] }), data(12)), 'checkpoint.tensor-size'],
  ['a product over 2^53 behind a zero', rawSafetensors(tensor({ shape: [2 ** 40, 2 ** 40, 0], data_offsets: [0, 0] })), 'checkpoint.header-entry'],
  ['overlapping tensors', rawSafetensors(two(3, 7), data(7)), 'checkpoint.tensor-range'],
  ['the same bytes twice', rawSafetensors(two(0, 4), data(4)), 'checkpoint.tensor-range'],
  ['a hole between tensors', rawSafetensors(two(5, 9), data(9)), 'checkpoint.tensor-range'],
  ['a hole before the first', rawSafetensors(tensor({ data_offsets: [8, 16] }), data(16)), 'checkpoint.tensor-range'],
  ['an offset near 2^53', rawSafetensors(two(2 ** 53 - 5, 2 ** 53 - 1), data(8)), 'checkpoint.tensor-range'],
  ['a file one byte short', rawSafetensors(tensor({}), data(7)), 'checkpoint.tensor-truncated'],
  ['a file one byte long', rawSafetensors(tensor({}), data(9)), 'checkpoint.trailing-data'],
  ['data without tensors', rawSafetensors('{}', data(1)), 'checkpoint.trailing-data'],
])('refuses %s', async ([, file, code]) => {
  const error: unknown = await read(file).catch((caught: unknown) => caught);
  expect(CheckpointError.isInstance(error)).toBe(true);
  expect(error).toHaveProperty('code', code);
});

test('names tensor, sizes and remedy of a file that ends early', async () => {
  const header = two(4, 8);
  await expect(read(rawSafetensors(header, data(6)))).rejects.toThrow(
    `x.safetensors is too short for the tensor "b": it has ${8 + header.length + 6} bytes, expected ${8 + header.length + 8}. The download is incomplete; download it again.`,
  );
});

test('a source that yields less than it listed is a typed error', async () => {
  const file = rawSafetensors(tensor({}), data(8));
  await expect(read(file.slice(0, 20), file.length)).rejects.toThrow(expect.objectContaining({ code: 'checkpoint.header-truncated' }));
});

test('an element type of the format that is not supported is named', async () => {
  const error: unknown = await read(rawSafetensors(tensor({ dtype: 'F6_E2M3' }), data(8))).catch((caught: unknown) => caught);
  expect(UnsupportedFeatureError.isInstance(error)).toBe(true);
  expect(error).toHaveProperty('message', expect.stringContaining('F6_E2M3'));
});

test('random files come back as they were written', async () => {
  const random = new Random(2);
  for (let run = 0; run < 200; run += 1) {
    const tensors = randomTensors(random);
    const file = await writeSafetensors(tensors);
    const entries = await read(file);
    expect(new Set(entries.map(({ name }) => name))).toEqual(new Set(tensors.map(({ name }) => name)));
    for (const { name, dtype, shape, bytes } of tensors) {
      const entry = entries.find((candidate) => candidate.name === name);
      expect(entry).toMatchObject({ dtype, shape, byteLength: bytes.length });
      const offset = entry?.byteOffset ?? NaN;
      expect(file.subarray(offset, offset + bytes.length)).toEqual(bytes);
    }
  }
});

test('random damage ends in a typed error, or in tensors that lie inside the file and do not overlap', async () => {
  const random = new Random(3);
  let refused = 0;
  for (let run = 0; run < 2000; run += 1) {
    const file = damage(random, await writeSafetensors(randomTensors(random)));
    const result: unknown = await read(file).catch((caught: unknown) => caught);
    if (Array.isArray(result)) expectDisjoint(result as readonly SafetensorsEntry[], file.length);
    else {
      refused += 1;
      expect(MLXEngineError.isInstance(result), String(result)).toBe(true);
    }
  }
  expect(refused).toBeGreaterThan(500);
});

function randomTensors(random: Random): TestTensor[] {
  return Array.from({ length: random.below(6) }, (_, index) => {
    const shape = Array.from({ length: random.below(4) }, () => random.below(5));
    return testTensor(`${random.pick(['', 'model.', 'é"\\ '])}t${index}`, random.pick(tensorDtypes), shape);
  });
}

function damage(random: Random, file: Uint8Array): Uint8Array {
  const damaged = file.slice(0, random.below(4) === 0 ? random.below(file.length + 1) : file.length);
  const header = Math.min(damaged.length, 8 + Number(new DataView(file.buffer).getBigUint64(0, true)));
  for (let count = random.below(4); count > 0 && header > 0; count -= 1) {
    damaged[random.below(header)] = random.pick([...'0123456789-,:[]{}"eE. '].map((character) => character.charCodeAt(0)));
  }
  return damaged;
}

function expectDisjoint(entries: readonly SafetensorsEntry[], size: number): void {
  let end = 0;
  for (const { byteOffset, byteLength } of entries) {
    expect(byteOffset).toBeGreaterThanOrEqual(end);
    end = byteOffset + byteLength;
  }
  expect(end).toBeLessThanOrEqual(size);
}

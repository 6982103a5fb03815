import { CheckpointError, MLXEngineError } from '@mlxengine/core';
import { describe, expect, test } from 'vitest';
import { buildGguf, text, u32, u64 } from '../../tests/support/gguf-builder.js';
import type { GgufParts, GgufTestTensor } from '../../tests/support/gguf-builder.js';
import { MemorySource } from '../../tests/support/memory-source.js';
import { Random } from '../../tests/support/random.js';
import { concat } from '../../tests/support/tensors.js';
import { tinyGguf } from '../../tests/support/tiny-gguf.js';
import { readGguf } from './read-gguf.js';

function read(bytes: Uint8Array): ReturnType<typeof readGguf> {
  return readGguf(new MemorySource({ 'm.gguf': bytes }), 'm.gguf');
}

async function codeOf(bytes: Uint8Array): Promise<string> {
  try {
    await read(bytes);
    return 'accepted';
  } catch (error) {
    return CheckpointError.isInstance(error) ? error.code : String(error);
  }
}

const tensor = (changes: Partial<GgufTestTensor> = {}): GgufTestTensor =>
  ({ name: 't', dimensions: [32], type: 8, bytes: new Uint8Array(34), ...changes });

test('reads every kind of value, and tensors row-major', async () => {
  const { metadata, tensors, version } = await read(buildGguf({
    version: 2,
    metadata: [
      ['u8', 0, 255], ['i8', 1, -1], ['u16', 2, 65535], ['i16', 3, -2], ['u32', 4, 4294967295], ['i32', 5, -3],
      ['f32', 6, 1.5], ['bool', 7, 1], ['text', 8, 'Größe'], ['u64', 10, 2n ** 53n], ['small', 10, 7], ['i64', 11, -4], ['f64', 12, 0.1],
      ['texts', 9, { type: 8, items: ['a', ''] }],
      ['nested', 9, { type: 9, items: [{ type: 5, items: [1, -2] }, { type: 5, items: [] }] }],
    ],
    tensors: [tensor({ dimensions: [64, 3], bytes: new Uint8Array(204) })],
  }));
  expect(version).toBe(2);
  expect(Object.fromEntries(metadata)).toEqual({
    u8: 255, i8: -1, u16: 65535, i16: -2, u32: 4294967295, i32: -3, f32: 1.5, bool: true, text: 'Größe', u64: 2n ** 53n, small: 7, i64: -4,
    f64: 0.1, texts: ['a', ''], nested: [[1, -2], []],
  });
  expect(tensors.get('t')).toMatchObject({ shape: [3, 64], byteLength: 204 });
});

const hostile: readonly (readonly [string, string, GgufParts])[] = [
  ['another file', 'gguf.bad-magic', { magic: 'PK\u0003\u0004' }],
  ['version 1', 'gguf.unsupported-version', { version: 1 }],
  ['a version to come', 'gguf.unsupported-version', { version: 4 }],
  ['big-endian', 'gguf.unsupported-version', { version: 0x03000000 }],
  ['more tensors than any file has', 'gguf.limit', { tensorCount: 2n ** 63n }],
  ['more tensors than this file can hold', 'gguf.truncated', { tensorCount: 1000 }],
  ['more metadata than any file has', 'gguf.limit', { metadataCount: 2n ** 64n - 1n }],
  ['more metadata than this file can hold', 'gguf.truncated', { metadataCount: 1000 }],
  ['a key twice', 'gguf.duplicate', { metadata: [['a', 4, 1], ['a', 4, 2]] }],
  ['an unknown value type', 'gguf.invalid-value', { metadata: [['a', 13, 0]], tensors: [tensor()] }],
  ['a boolean of 2', 'gguf.invalid-value', { metadata: [['a', 7, 2], ['b', 8, 'padding']] }],
  ['arrays in arrays without end', 'gguf.limit', {
    metadata: [['a', 9, [1, 2, 3, 4, 5, 6].reduce((inner, _) => ({ type: 9, items: [inner] }), { type: 4, items: [1] } as { type: number; items: never[] | number[] | object[] }) as never]],
  }],
  ['an alignment of 0', 'gguf.invalid-value', { metadata: [['general.alignment', 4, 0]] }],
  ['an alignment of 24', 'gguf.invalid-value', { metadata: [['general.alignment', 4, 24]] }],
  ['a huge alignment', 'gguf.invalid-value', { metadata: [['general.alignment', 4, 2 ** 31]] }],
  ['an alignment of text', 'gguf.invalid-value', { metadata: [['general.alignment', 8, '32']] }],
  ['no dimensions', 'gguf.invalid-tensor', { tensors: [tensor({ dimensions: [] })] }],
  ['five dimensions', 'gguf.invalid-tensor', { tensors: [tensor({ dimensions: [32, 1, 1, 1, 1] })] }],
  ['a dimension of 0', 'gguf.invalid-tensor', { tensors: [tensor({ dimensions: [32, 0] })] }],
  ['a dimension beyond safe integers', 'gguf.invalid-tensor', { tensors: [tensor({ dimensions: [32, 2n ** 60n] })] }],
  ['a product that overflows 64 bits to a small one', 'gguf.truncated', { tensors: [tensor({ dimensions: [2 ** 32, 2 ** 32, 2 ** 32] })] }],
  ['rows that are no whole blocks', 'gguf.invalid-tensor', { tensors: [tensor({ dimensions: [33] })] }],
  ['a type that is not imported', 'gguf.unsupported-type', { tensors: [tensor({ type: 16 })] }],
  ['a type that does not exist', 'gguf.unsupported-type', { tensors: [tensor({ type: 4_000_000_000 })] }],
  ['an offset off the alignment', 'gguf.invalid-tensor', { tensors: [tensor({ offset: 8 })] }],
  ['an offset beyond the file', 'gguf.truncated', { tensors: [tensor({ offset: 2 ** 40 })] }],
  ['an offset that wraps around', 'gguf.invalid-tensor', { tensors: [tensor({ offset: 2n ** 64n - 32n })] }],
  ['tensors on top of each other', 'gguf.overlap', { tensors: [tensor(), tensor({ name: 'u', offset: 32 })] }],
  ['the same tensor twice', 'gguf.duplicate', { tensors: [tensor(), tensor()] }],
];

test.each(hostile)('refuses %s', async (_, code, parts) => {
  expect(await codeOf(buildGguf(parts))).toBe(code);
});

test('refuses data that ends before the last tensor does', async () => {
  expect(await codeOf(buildGguf({ tensors: [tensor()] }).slice(0, -1))).toBe('gguf.truncated');
});

describe('strings and arrays', () => {
  const begin = (count: number): Uint8Array => concat([new TextEncoder().encode('GGUF'), u32(3), u64(0), u64(count)]);

  test.each([
    ['a string longer than the file', 'gguf.truncated', concat([text('key'), u32(8), u64(1_000_000)])],
    ['a string of 2^63 bytes', 'gguf.limit', concat([text('key'), u32(8), u64(2n ** 63n)])],
    ['a key beyond 65535 bytes', 'gguf.limit', concat([text('k'.repeat(65_536)), u32(4), u32(1)])],
    ['a key that is not UTF-8', 'gguf.invalid-text', concat([u64(2), Uint8Array.of(0xc3, 0x28), u32(4), u32(1)])],
    ['an array longer than the file', 'gguf.truncated', concat([text('key'), u32(9), u32(10), u64(1_000_000)])],
    ['an array of 2^62 items', 'gguf.limit', concat([text('key'), u32(9), u32(0), u64(2n ** 62n)])],
    ['an array of an unknown type', 'gguf.invalid-value', concat([text('key'), u32(9), u32(99), u64(1), u64(1)])],
  ])('refuses %s', async (_, code, entry) => {
    expect(await codeOf(concat([begin(1), entry]))).toBe(code);
  });
});

test('an empty file, and every file cut short in its header, is a typed error', async () => {
  const whole = tinyGguf();
  const header = whole.slice(0, 1500);
  for (let length = 0; length < header.length; length += 7) {
    expect(await codeOf(header.slice(0, length))).toMatch(/^gguf\./);
  }
});

test('no damaged byte in the header gives anything but a header or a typed error', async () => {
  const whole = tinyGguf();
  const random = new Random(11);
  for (let round = 0; round < 400; round++) {
    const damaged = whole.slice();
    for (let change = 0; change <= random.below(3); change++) damaged[random.below(1400)] = random.below(256);
    await read(damaged).catch((error: unknown) => { expect(MLXEngineError.isInstance(error), String(error)).toBe(true); });
  }
});

test('reads the header in windows, never the file', async () => {
  const source = new MemorySource({ 'm.gguf': concat([tinyGguf(), new Uint8Array(4 << 20)]) });
  await readGguf(source, 'm.gguf');
  expect(source.reads.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(1 << 20);
});

test('a count beyond the file is refused before its items are read', async () => {
  const begin = concat([new TextEncoder().encode('GGUF'), u32(3), u64(0), u64(1), text('key'), u32(9), u32(0), u64(6 << 20)]);
  const source = new MemorySource({ 'm.gguf': concat([begin, new Uint8Array(4 << 20)]) });
  await expect(readGguf(source, 'm.gguf')).rejects.toMatchObject({ code: 'gguf.truncated' });
  expect(source.reads).toHaveLength(1);
});

test('names a file that is not there', async () => {
  await expect(readGguf(new MemorySource({}), 'm.gguf')).rejects.toThrow(/m\.gguf/);
});

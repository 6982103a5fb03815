import { expect, test } from 'vitest';
import { ReadAhead, type Part } from './read-ahead.js';

const size = 10 * 2 ** 20;
const file = Uint8Array.from({ length: size }, (_, index) => (index * 31) >>> 3);

function reader(): { readonly fetched: Part[]; read(offset: number, length: number): Promise<Uint8Array> } {
  const fetched: Part[] = [];
  const ahead = new ReadAhead(async (_, part) => {
    fetched.push(part);
    return file.slice(part.offset, part.offset + part.length);
  });
  return { fetched, read: (offset, length) => ahead.read('file', { offset, length, size, signal: undefined }) };
}

test('many small reads in order are few large ones, with the same bytes', async () => {
  const { fetched, read } = reader();
  const length = 7_777;
  for (let offset = 0; offset < size; offset += length) {
    const part = Math.min(length, size - offset);
    expect(Buffer.compare(await read(offset, part), file.subarray(offset, offset + part))).toBe(0);
  }
  expect(fetched.length).toBeLessThan(6);
});

test('reads that jump about fetch no more than they need', async () => {
  const { fetched, read } = reader();
  for (const offset of [9_000_000, 100, 5_000_000, 42]) expect(await read(offset, 64)).toEqual(file.slice(offset, offset + 64));
  expect(fetched.map(({ length }) => length)).toEqual([64, 64, 64, 64]);
});

test('what is returned is the caller\'s own', async () => {
  const { read } = reader();
  await read(0, 8);
  (await read(8, 8)).fill(0);
  expect(await read(8, 8)).toEqual(file.slice(8, 16));
});

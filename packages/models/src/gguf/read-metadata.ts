import { CheckpointError } from '@mlxengine/core';
import type { GgufCursor } from './gguf-cursor.js';
import type { GgufValue } from './gguf-types.js';

/** The specification's own limit for keys and tensor names. */
const maxNameBytes = 65_535;
const maxStringBytes = 64 * 1024 * 1024;
const maxArrayLength = 64 * 1024 * 1024;
const maxArrayDepth = 4;

const typeIds = { string: 8, array: 9 } as const;

interface ScalarType {
  readonly bytes: number;
  readonly read: (cursor: GgufCursor) => number | bigint;
}

const scalars: Readonly<Record<number, ScalarType>> = {
  0: { bytes: 1, read: (cursor) => cursor.uint8() },
  1: { bytes: 1, read: (cursor) => cursor.int8() },
  2: { bytes: 2, read: (cursor) => cursor.uint16() },
  3: { bytes: 2, read: (cursor) => cursor.int16() },
  4: { bytes: 4, read: (cursor) => cursor.uint32() },
  5: { bytes: 4, read: (cursor) => cursor.int32() },
  6: { bytes: 4, read: (cursor) => cursor.float32() },
  7: { bytes: 1, read: (cursor) => cursor.uint8() },
  10: { bytes: 8, read: (cursor) => cursor.uint64() },
  11: { bytes: 8, read: (cursor) => cursor.int64() },
  12: { bytes: 8, read: (cursor) => cursor.float64() },
};
const booleanId = 7;

/**
 * A 64-bit count or length, checked against a limit and against what is left of the file before anything is allocated.
 * @param minimumBytes - fewest bytes that one counted thing takes
 */
export async function readCount(
  cursor: GgufCursor, what: string, limit: number, minimumBytes: number,
): Promise<number> {
  await cursor.fill(8, what);
  const count = cursor.uint64();
  if (count > limit) {
    throw new CheckpointError('gguf.limit', { file: cursor.file, what, found: String(count), limit });
  }
  const needed = Number(count) * minimumBytes;
  if (needed > cursor.remaining) {
    throw new CheckpointError('gguf.truncated', {
      file: cursor.file, what, expected: cursor.position + needed, found: cursor.size,
    });
  }
  return Number(count);
}

async function readText(cursor: GgufCursor, what: string, limit: number): Promise<string> {
  const length = await readCount(cursor, what, limit, 1);
  if (!cursor.has(length)) await cursor.fill(length, what);
  try {
    return cursor.text(length);
  } catch (cause) {
    throw new CheckpointError('gguf.invalid-text', { file: cursor.file, what }, { cause });
  }
}

/** A key or a tensor's name. */
export function readName(cursor: GgufCursor, what: string): Promise<string> {
  return readText(cursor, what, maxNameBytes);
}

function toScalar(cursor: GgufCursor, type: number, scalar: ScalarType, key: string): GgufValue {
  const value = scalar.read(cursor);
  if (type !== booleanId) return value;
  if (value === 0 || value === 1) return value === 1;
  throw new CheckpointError('gguf.invalid-value', { file: cursor.file, key, expected: '0 or 1', found: String(value) });
}

async function readArray(cursor: GgufCursor, key: string, depth: number): Promise<readonly GgufValue[]> {
  if (depth > maxArrayDepth) {
    throw new CheckpointError('gguf.limit', {
      file: cursor.file, what: `array nesting of ${key}`, found: depth, limit: maxArrayDepth,
    });
  }
  await cursor.fill(4, key);
  const type = cursor.uint32();
  const scalar = scalars[type];
  const minimumBytes = scalar?.bytes ?? (type === typeIds.array ? 12 : 8);
  const length = await readCount(cursor, `array ${key}`, maxArrayLength, minimumBytes);
  const values: GgufValue[] = [];
  for (let index = 0; index < length; index++) {
    if (scalar === undefined) {
      values.push(await readValue(cursor, type, key, depth));
    } else {
      if (!cursor.has(scalar.bytes)) await cursor.fill(scalar.bytes, key);
      values.push(toScalar(cursor, type, scalar, key));
    }
  }
  return values;
}

async function readValue(cursor: GgufCursor, type: number, key: string, depth: number): Promise<GgufValue> {
  if (type === typeIds.string) return readText(cursor, key, maxStringBytes);
  if (type === typeIds.array) return readArray(cursor, key, depth + 1);
  const scalar = scalars[type];
  if (scalar === undefined) {
    throw new CheckpointError('gguf.invalid-value', {
      file: cursor.file, key, expected: 'a value type from 0 to 12', found: type,
    });
  }
  await cursor.fill(scalar.bytes, key);
  return toScalar(cursor, type, scalar, key);
}

/** Reads `count` pairs of key and value. */
export async function readMetadata(cursor: GgufCursor, count: number): Promise<ReadonlyMap<string, GgufValue>> {
  const metadata = new Map<string, GgufValue>();
  for (let index = 0; index < count; index++) {
    const key = await readName(cursor, `metadata key ${index}`);
    if (metadata.has(key)) {
      throw new CheckpointError('gguf.duplicate', { file: cursor.file, what: `metadata key "${key}"` });
    }
    await cursor.fill(4, key);
    metadata.set(key, await readValue(cursor, cursor.uint32(), key, 0));
  }
  return metadata;
}

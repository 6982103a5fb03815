import { InvalidArgumentError, StorageError, type ReadOptions } from '@mlxengine/core';

/** A part of a file, in bytes. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** Checks a range for its own sake, where the file's size is not known. */
export function checkReadOptions({ offset, length }: ReadOptions): void {
  for (const [name, value] of [['offset', offset], ['length', length]] as const) {
    if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) continue;
    throw new InvalidArgumentError('argument.out-of-range', { name, found: String(value), expected: 'an integer of 0 or more' });
  }
}

/**
 * The range that was asked for in a file of a size.
 * @throws `StorageError` where the file is shorter
 */
export function rangeWithin(path: string, size: number, options: ReadOptions): ByteRange {
  checkReadOptions(options);
  const offset = options.offset ?? 0;
  const length = options.length ?? Math.max(0, size - offset);
  if (offset + length > size) {
    throw new StorageError('storage.too-short', { path, found: size, expected: offset + length });
  }
  return { offset, length };
}

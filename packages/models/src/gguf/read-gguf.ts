import { CheckpointError, ModelNotFoundError } from '@mlxengine/core';
import type { ModelSource } from '@mlxengine/core';
import { GgufCursor } from './gguf-cursor.js';
import type { GgufHeader, GgufTensor, GgufTensorType, GgufValue } from './gguf-types.js';
import { describeType, supportedTypes, tensorTypeOf } from './gguf-types.js';
import { readCount, readMetadata, readName } from './read-metadata.js';

const maxMetadataEntries = 65_536;
const maxTensors = 1_000_000;
const maxDimensions = 4;
const maxAlignment = 1 << 20;
const defaultAlignment = 32;

interface TensorEntry {
  readonly name: string;
  readonly type: GgufTensorType;
  readonly shape: readonly number[];
  readonly relativeOffset: number;
  readonly byteLength: number;
}

/**
 * Reads and checks everything in a GGUF file but the tensors' data. The file is untrusted: every count, length, shape and
 * offset is checked before it is used.
 * @throws `CheckpointError` (`gguf.*`), `ModelNotFoundError`, `StorageError`; `AbortedError` by the signal
 */
export async function readGguf(source: ModelSource, file: string, signal?: AbortSignal): Promise<GgufHeader> {
  const entry = (await source.list(signal === undefined ? {} : { signal })).find(({ path }) => path === file);
  if (entry === undefined) {
    throw new ModelNotFoundError('model.not-found', { model: source.name, reason: `it has no file ${file}` });
  }
  const cursor = new GgufCursor(source, file, entry.size, signal);
  const version = await readVersion(cursor);
  const tensorCount = await readCount(cursor, 'number of tensors', maxTensors, 24);
  const metadataCount = await readCount(cursor, 'number of metadata entries', maxMetadataEntries, 13);
  const metadata = await readMetadata(cursor, metadataCount);
  const alignment = alignmentOf(file, metadata);
  const entries = new Map<string, TensorEntry>();
  for (let index = 0; index < tensorCount; index++) {
    const tensor = await readTensorEntry(cursor, index);
    if (entries.has(tensor.name)) throw new CheckpointError('gguf.duplicate', { file, what: `tensor "${tensor.name}"` });
    entries.set(tensor.name, tensor);
  }
  const dataOffset = Math.ceil(cursor.position / alignment) * alignment;
  const tensors = placeTensors(cursor, [...entries.values()], dataOffset, alignment);
  return { file, version, metadata, tensors };
}

async function readVersion(cursor: GgufCursor): Promise<2 | 3> {
  await cursor.fill(Math.min(4, cursor.size), 'magic');
  const bytes = Array.from({ length: Math.min(4, cursor.size) }, () => cursor.uint8());
  if (String.fromCharCode(...bytes) !== 'GGUF') {
    const found = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    throw new CheckpointError('gguf.bad-magic', { file: cursor.file, found: found === '' ? '-' : found });
  }
  await cursor.fill(4, 'version');
  const version = cursor.uint32();
  if (version === 2 || version === 3) return version;
  const found = version !== 0 && version % 0x1000000 === 0 ? `${version >>> 24}, big-endian` : String(version);
  throw new CheckpointError('gguf.unsupported-version', { file: cursor.file, found });
}

function alignmentOf(file: string, metadata: ReadonlyMap<string, GgufValue>): number {
  const key = 'general.alignment';
  const value = metadata.get(key) ?? defaultAlignment;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > maxAlignment || (value & (value - 1)) !== 0) {
    throw new CheckpointError('gguf.invalid-value', {
      file, key, expected: `a power of two up to ${maxAlignment}`, found: String(value),
    });
  }
  return value;
}

async function readTensorEntry(cursor: GgufCursor, index: number): Promise<TensorEntry> {
  const name = await readName(cursor, `name of tensor ${index}`);
  const what = `header of tensor "${name}"`;
  await cursor.fill(4, what);
  const dimensionCount = cursor.uint32();
  if (dimensionCount < 1 || dimensionCount > maxDimensions) {
    throw invalidTensor(cursor, name, `1 to ${maxDimensions} dimensions`, String(dimensionCount));
  }
  await cursor.fill(dimensionCount * 8 + 12, what);
  const dimensions = Array.from({ length: dimensionCount }, () => cursor.uint64());
  const typeId = cursor.uint32();
  const type = tensorTypeOf(typeId);
  if (type === undefined) {
    throw new CheckpointError('gguf.unsupported-type', {
      file: cursor.file, tensor: name, type: describeType(typeId), supported: supportedTypes(),
    });
  }
  const byteLength = byteLengthOf(cursor, name, dimensions, type);
  const relativeOffset = cursor.uint64();
  if (typeof relativeOffset !== 'number') {
    throw invalidTensor(cursor, name, 'an offset inside the file', String(relativeOffset));
  }
  return { name, type, shape: dimensions.map(Number).reverse(), relativeOffset, byteLength };
}

function byteLengthOf(
  cursor: GgufCursor, name: string, dimensions: readonly (number | bigint)[], type: GgufTensorType,
): number {
  if (dimensions.some((dimension) => typeof dimension !== 'number' || dimension < 1)) {
    throw invalidTensor(cursor, name, 'dimensions of 1 or more', dimensions.join(' x '));
  }
  const [rowElements = 0, ...others] = dimensions.map(Number);
  if (rowElements % type.blockElements !== 0) {
    throw invalidTensor(cursor, name, `rows of a multiple of ${type.blockElements} elements (${type.name})`, String(rowElements));
  }
  // A product that leaves the safe integers is never small again, as every factor is 1 or more; placeTensors refuses it.
  return others.reduce((product, dimension) => product * dimension, (rowElements / type.blockElements) * type.blockBytes);
}

function placeTensors(
  cursor: GgufCursor, entries: readonly TensorEntry[], dataOffset: number, alignment: number,
): ReadonlyMap<string, GgufTensor> {
  const tensors = new Map<string, GgufTensor>();
  for (const { name, type, shape, relativeOffset, byteLength } of entries) {
    const offset = dataOffset + relativeOffset;
    if (relativeOffset % alignment !== 0) {
      throw invalidTensor(cursor, name, `an offset that is a multiple of ${alignment}`, String(relativeOffset));
    }
    if (!Number.isSafeInteger(offset + byteLength) || offset + byteLength > cursor.size) {
      throw new CheckpointError('gguf.truncated', {
        file: cursor.file, what: `data of tensor "${name}"`, expected: offset + byteLength, found: cursor.size,
      });
    }
    tensors.set(name, { name, type, shape, offset, byteLength });
  }
  checkOverlaps(cursor, [...tensors.values()]);
  return tensors;
}

function checkOverlaps(cursor: GgufCursor, tensors: GgufTensor[]): void {
  tensors.sort((left, right) => left.offset - right.offset);
  for (let index = 1; index < tensors.length; index++) {
    const before = tensors[index - 1];
    const current = tensors[index];
    if (before !== undefined && current !== undefined && before.offset + before.byteLength > current.offset) {
      throw new CheckpointError('gguf.overlap', { file: cursor.file, first: before.name, second: current.name });
    }
  }
}

function invalidTensor(cursor: GgufCursor, tensor: string, expected: string, found: string): CheckpointError {
  return new CheckpointError('gguf.invalid-tensor', { file: cursor.file, tensor, expected, found });
}

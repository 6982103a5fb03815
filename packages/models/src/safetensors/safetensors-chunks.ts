import { CheckpointError, InvalidArgumentError, throwIfAborted } from '@mlxengine/core';
import type { TensorDtype } from '@mlxengine/core';
import { formatShape, tensorByteLength } from '../tensors/dtype.js';
import { headerLengthLimit } from './limits.js';

/** A tensor to write: what it is, and its bytes when they are wanted. */
export interface TensorToWrite {
  /** Unique in the file. */
  readonly name: string;
  /** Type of its elements. */
  readonly dtype: TensorDtype;
  /** Dimensions, integers of 0 or more; empty for a scalar. */
  readonly shape: readonly number[];
  /** The bytes, little-endian, row-major, in pieces of any size; called once, when the tensor's turn comes. */
  chunks(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** What goes into a safetensors file besides tensors. */
export interface SafetensorsWriteOptions {
  /** Default `{ format: 'mlx' }`. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/**
 * The bytes of a safetensors file, in order, holding no more than one piece in memory. The header is padded to a
 * multiple of 8 bytes, so that tensors of 8 bytes an element lie aligned where those before them do.
 * @param tensors - written in this order; names are unique
 * @throws `InvalidArgumentError` for names that occur twice or impossible shapes, `CheckpointError` where a tensor gives another
 * number of bytes than its shape takes, `AbortedError`
 */
export async function* safetensorsChunks(
  tensors: readonly TensorToWrite[],
  options: SafetensorsWriteOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  yield safetensorsHeader(tensors, options.metadata ?? { format: 'mlx' });
  for (const tensor of tensors) yield* checkedChunks(tensor, options.signal);
}

function safetensorsHeader(tensors: readonly TensorToWrite[], metadata: Readonly<Record<string, string>>): Uint8Array {
  const entries = new Map<string, unknown>([['__metadata__', metadata]]);
  let offset = 0;
  for (const tensor of tensors) {
    if (entries.has(tensor.name)) throw invalid('tensors', tensor.name, 'unique names');
    const end = offset + checkedByteLength(tensor);
    entries.set(tensor.name, { dtype: tensor.dtype, shape: tensor.shape, data_offsets: [offset, end] });
    offset = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const length = Math.ceil(json.length / 8) * 8;
  if (length > headerLengthLimit) throw invalid('header', String(length), `<= ${headerLengthLimit}`);
  const header = new Uint8Array(8 + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(json, 8);
  return header;
}

async function* checkedChunks(tensor: TensorToWrite, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array, void, undefined> {
  const expected = checkedByteLength(tensor);
  let found = 0;
  for await (const chunk of tensor.chunks()) {
    throwIfAborted(signal, `Writing ${tensor.name}`);
    found += chunk.length;
    if (found > expected) break;
    yield chunk;
  }
  if (found !== expected) {
    const { name, dtype, shape } = tensor;
    throw new CheckpointError('checkpoint.write-size', { tensor: name, dtype, shape: formatShape(shape), found, expected });
  }
}

function checkedByteLength({ name, dtype, shape }: TensorToWrite): number {
  const valid = shape.every((dimension) => Number.isSafeInteger(dimension) && dimension >= 0);
  const bytes = valid ? tensorByteLength(dtype, shape) : undefined;
  if (bytes === undefined) throw invalid(`shape of ${name}`, formatShape(shape), 'integers >= 0');
  return bytes;
}

function invalid(name: string, found: string, expected: string): InvalidArgumentError {
  return new InvalidArgumentError('argument.out-of-range', { name, found, expected });
}

import { CheckpointError, throwIfAborted } from '@mlxengine/core';
import type { ModelSource } from '@mlxengine/core';
import type { LocatedTensor } from '../../checkpoint/located-tensor.js';
import type { TensorReader } from './tensor-reader.js';

/** Most bytes that are asked of a source at a time, so that reading into given memory needs no second copy of a tensor. */
const pieceBytes = 16 * 1024 * 1024;

/** Where the bytes of tensors come from. */
export interface ReadContext {
  readonly source: ModelSource;
  readonly signal?: AbortSignal | undefined;
}

/** A tensor as it lies in its file. */
export class SourceReader implements TensorReader {
  private readonly tensor: LocatedTensor;
  private readonly context: ReadContext;

  constructor(tensor: LocatedTensor, context: ReadContext) {
    this.tensor = tensor;
    this.context = context;
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    for (let done = 0; done < into.length; done += pieceBytes) {
      throwIfAborted(this.context.signal, `Reading ${this.tensor.name}`);
      const length = Math.min(pieceBytes, into.length - done);
      const part = into.subarray(done, done + length);
      const piece = await this.readPiece(offset + done, part);
      if (piece !== part) part.set(piece);
    }
  }

  /** The bytes, in the given memory where the source takes it. */
  private async readPiece(offset: number, into: Uint8Array): Promise<Uint8Array> {
    const { length } = into;
    const { file, byteLength, byteOffset, name } = this.tensor;
    const { source, signal } = this.context;
    const piece = await source.read(file, { offset: byteOffset + offset, length, into, ...(signal && { signal }) });
    if (piece.length === length) return piece;
    throw new CheckpointError('checkpoint.short-read', { file, tensor: JSON.stringify(name), found: offset + piece.length, expected: byteLength });
  }
}

import { CheckpointError, throwIfAborted } from '@mlxengine/core';
import type { ModelSource } from '@mlxengine/core';

const windowBytes = 1 << 20;

/**
 * Reads a GGUF file's header front to back through a window, so that neither the file nor its header is ever whole in
 * memory. Callers ask {@link GgufCursor.has} first and await {@link GgufCursor.fill} only where they must: a header has a
 * million small fields.
 */
export class GgufCursor {
  readonly file: string;
  readonly size: number;
  readonly #source: ModelSource;
  readonly #signal: AbortSignal | undefined;
  readonly #decoder: TextDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #start = 0;
  #position = 0;

  constructor(source: ModelSource, file: string, size: number, signal: AbortSignal | undefined) {
    this.#source = source;
    this.file = file;
    this.size = size;
    this.#signal = signal;
  }

  /** Absolute position of the next byte. */
  get position(): number {
    return this.#start + this.#position;
  }

  /** Bytes between the position and the end of the file. */
  get remaining(): number {
    return this.size - this.position;
  }

  /** Whether that many bytes can be taken without reading. */
  has(count: number): boolean {
    return this.#position + count <= this.#bytes.length;
  }

  /**
   * Makes sure that bytes can be taken.
   * @param what - what they hold, for the message
   * @throws `CheckpointError` where the file ends before
   */
  async fill(count: number, what: string): Promise<void> {
    if (this.has(count)) return;
    if (count > this.remaining) {
      throw new CheckpointError('gguf.truncated', {
        file: this.file, what, expected: this.position + count, found: this.size,
      });
    }
    throwIfAborted(this.#signal, 'GGUF import');
    const offset = this.position;
    const length = Math.min(Math.max(count, windowBytes), this.remaining);
    const options = this.#signal === undefined ? { offset, length } : { offset, length, signal: this.#signal };
    this.#bytes = await this.#source.read(this.file, options);
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength);
    this.#start = offset;
    this.#position = 0;
  }

  /** Position in the window, after stepping over `count` bytes. */
  #take(count: number): number {
    const at = this.#position;
    this.#position += count;
    return at;
  }

  uint8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  int8(): number {
    return this.#view.getInt8(this.#take(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  int16(): number {
    return this.#view.getInt16(this.#take(2), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  float32(): number {
    return this.#view.getFloat32(this.#take(4), true);
  }

  float64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  /** A number where it is a safe integer, else a bigint. */
  uint64(): number | bigint {
    const value = this.#view.getBigUint64(this.#take(8), true);
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
  }

  /** A number where it is a safe integer, else a bigint. */
  int64(): number | bigint {
    const value = this.#view.getBigInt64(this.#take(8), true);
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }

  /** @throws `TypeError` where the bytes are not UTF-8 */
  text(length: number): string {
    const at = this.#take(length);
    return this.#decoder.decode(this.#bytes.subarray(at, at + length));
  }
}

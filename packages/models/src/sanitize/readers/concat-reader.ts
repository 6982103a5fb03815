import type { TensorReader } from './tensor-reader.js';

const chunkBytes = 4 * 1024 * 1024;

/** One input of a concatenation. */
export interface ConcatPart {
  /** Bytes of it that each row of the result has. */
  readonly rowBytes: number;
  open(): TensorReader;
}

/** Tensors one after another along an axis; a row is all that one index of the axes before it has. */
export class ConcatReader implements TensorReader {
  private readonly parts: readonly (ConcatPart & { readonly begin: number })[];
  private readonly rowBytes: number;
  private readonly rows: number;
  private readonly readers = new Map<ConcatPart, TensorReader>();

  constructor(parts: readonly ConcatPart[], rows: number) {
    let begin = 0;
    this.parts = parts.map((part) => {
      const placed = { rowBytes: part.rowBytes, begin, open: () => part.open() };
      begin += part.rowBytes;
      return placed;
    });
    this.rowBytes = begin;
    this.rows = rows;
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    for (let done = 0; done < into.length;) {
      const at = offset + done;
      const row = Math.floor(at / this.rowBytes);
      const rows = Math.max(1, Math.floor(chunkBytes / this.rowBytes));
      const end = Math.min(offset + into.length, (row + rows) * this.rowBytes);
      await this.readRows(at, into.subarray(done, end - offset));
      done = end - offset;
    }
  }

  /** Each part's share of the rows that a range touches, read at once and then put where it belongs. */
  private async readRows(offset: number, into: Uint8Array): Promise<void> {
    const first = Math.floor(offset / this.rowBytes);
    const last = Math.ceil((offset + into.length) / this.rowBytes) - 1;
    for (const part of this.parts) {
      const [head, tail] = [offset - first * this.rowBytes, offset + into.length - last * this.rowBytes].map((position) =>
        Math.min(Math.max(position - part.begin, 0), part.rowBytes)) as [number, number];
      const begin = first * part.rowBytes + head;
      const length = last * part.rowBytes + tail - begin;
      if (length <= 0) continue;
      const reader = this.reader(part);
      const place = first * this.rowBytes + part.begin + head - offset;
      if (first === last) await reader.read(begin, into.subarray(place, place + length));
      else this.scatter(part, await bytesOf(reader, begin, length), into, { begin, offset });
    }
  }

  private scatter(part: ConcatPart & { readonly begin: number }, bytes: Uint8Array, into: Uint8Array, at: { begin: number; offset: number }): void {
    for (let done = 0; done < bytes.length;) {
      const row = Math.floor((at.begin + done) / part.rowBytes);
      const within = (at.begin + done) % part.rowBytes;
      const run = bytes.subarray(done, done + part.rowBytes - within);
      into.set(run, row * this.rowBytes + part.begin + within - at.offset);
      done += run.length;
    }
  }

  /** Of one row, parts are read one after another: what a reader of an earlier part holds is let go. */
  private reader(part: ConcatPart): TensorReader {
    const existing = this.readers.get(part);
    if (existing !== undefined) return existing;
    if (this.rows === 1) this.readers.clear();
    const reader = part.open();
    this.readers.set(part, reader);
    return reader;
  }
}

async function bytesOf(reader: TensorReader, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  await reader.read(offset, bytes);
  return bytes;
}

import type { TensorReader } from './tensor-reader.js';

/** Bytes that are computed at a time. */
const chunkBytes = 4 * 1024 * 1024;

/** A tensor that is computed in units, such as elements, groups or rows. */
export interface Computation {
  /** Bytes of a unit of the result. */
  readonly unitBytes: number;
  /** Bytes of an element of the result: the memory given to `compute` is aligned for it. */
  readonly elementBytes: number;
  /** Writes units `first` to `first + count` of the result, which `into` has exactly room for. */
  compute(first: number, count: number, into: Uint8Array): Promise<void>;
}

/** Computes what is asked for, straight into the given memory where that is aligned and takes whole units. */
export class ComputedReader implements TensorReader {
  private readonly computation: Computation;
  /** The unit that a part was last taken from, and its bytes. */
  private partial: { readonly unit: number; readonly bytes: Uint8Array } | undefined;

  constructor(computation: Computation) {
    this.computation = computation;
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    const { unitBytes } = this.computation;
    for (let done = 0; done < into.length;) {
      const unit = Math.floor((offset + done) / unitBytes);
      const within = (offset + done) % unitBytes;
      const rest = into.subarray(done);
      done += within === 0 && rest.length >= unitBytes ? await this.readUnits(unit, rest) : await this.readPart(unit, within, rest);
    }
  }

  private async readUnits(first: number, into: Uint8Array): Promise<number> {
    const { unitBytes, elementBytes } = this.computation;
    const count = Math.min(Math.floor(into.length / unitBytes), Math.max(1, Math.floor(chunkBytes / unitBytes)));
    const target = into.subarray(0, count * unitBytes);
    const aligned = target.byteOffset % elementBytes === 0 ? target : new Uint8Array(target.length);
    await this.computation.compute(first, count, aligned);
    if (aligned !== target) target.set(aligned);
    return target.length;
  }

  private async readPart(unit: number, within: number, into: Uint8Array): Promise<number> {
    if (this.partial?.unit !== unit) {
      const bytes = new Uint8Array(this.computation.unitBytes);
      await this.computation.compute(unit, 1, bytes);
      this.partial = { unit, bytes };
    }
    const part = this.partial.bytes.subarray(within, within + into.length);
    into.set(part);
    return part.length;
  }
}

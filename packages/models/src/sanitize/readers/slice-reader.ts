import type { TensorReader } from './tensor-reader.js';

/** Runs from this length on are read one by one; shorter ones with what lies between them. */
const longRun = 256 * 1024;
/** Runs farther apart are read one by one, too. */
const longStride = 1024 * 1024;
const coverBytes = 4 * 1024 * 1024;

/** Where the parts of a slice lie in its input. */
export interface SliceLayout {
  /** Bytes of the input from one index of the axis before the sliced one to the next. */
  readonly rowBytes: number;
  /** Bytes of one index of the sliced axis. */
  readonly innerBytes: number;
  readonly start: number;
  /** Indices that are taken. */
  readonly count: number;
  readonly step: number;
}

/** A part of a tensor along one axis: equally long runs of bytes of the input. */
export class SliceReader implements TensorReader {
  private readonly input: TensorReader;
  private readonly layout: SliceLayout;
  private readonly runBytes: number;
  private readonly runsOfRow: number;
  private readonly stride: number;

  constructor(input: TensorReader, layout: SliceLayout) {
    const { rowBytes, innerBytes, count, step } = layout;
    this.input = input;
    this.layout = layout;
    this.runsOfRow = step === 1 ? 1 : count;
    this.runBytes = step === 1 ? count * innerBytes : innerBytes;
    this.stride = step === 1 ? rowBytes : step * innerBytes;
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    const single = this.runBytes >= longRun || this.stride >= longStride;
    for (let done = 0; done < into.length;) {
      const rest = into.subarray(done);
      done += single ? await this.readRun(offset + done, rest) : await this.readRuns(offset + done, rest);
    }
  }

  private inputOffset(run: number): number {
    const { rowBytes, innerBytes, start, step } = this.layout;
    const row = Math.floor(run / this.runsOfRow);
    return row * rowBytes + (start + (run % this.runsOfRow) * step) * innerBytes;
  }

  private async readRun(offset: number, into: Uint8Array): Promise<number> {
    const run = Math.floor(offset / this.runBytes);
    const within = offset % this.runBytes;
    const part = into.subarray(0, Math.min(into.length, this.runBytes - within));
    await this.input.read(this.inputOffset(run) + within, part);
    return part.length;
  }

  /** Reads the input from the first run to the last that still fits, gaps included, and copies the runs. */
  private async readRuns(offset: number, into: Uint8Array): Promise<number> {
    const first = Math.floor(offset / this.runBytes);
    const end = Math.ceil((offset + into.length) / this.runBytes);
    const begin = this.inputOffset(first);
    let last = Math.min(end - 1, first + Math.floor(coverBytes / this.stride) * 2);
    while (last > first && this.inputOffset(last) + this.runBytes - begin > coverBytes) last -= 1;
    const cover = new Uint8Array(this.inputOffset(last) + this.runBytes - begin);
    await this.input.read(begin, cover);
    let done = 0;
    for (let run = first; run <= last; run += 1) {
      const from = this.inputOffset(run) - begin;
      done += copy(cover, from + (run === first ? offset % this.runBytes : 0), from + this.runBytes, into, done);
    }
    return done;
  }
}

/** Copies what fits of a range. @returns bytes copied */
function copy(source: Uint8Array, begin: number, end: number, into: Uint8Array, at: number): number {
  const length = Math.min(end - begin, into.length - at);
  if (length > 32) into.set(source.subarray(begin, begin + length), at);
  else for (let index = 0; index < length; index += 1) into[at + index] = source[begin + index] as number;
  return length;
}

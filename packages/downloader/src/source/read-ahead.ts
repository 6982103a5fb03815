import { throwIfAborted } from '@mlxengine/core';

/** A part of a file that is inside it. */
export interface Part {
  readonly offset: number;
  readonly length: number;
  /** Size of the whole file. */
  readonly size: number;
  readonly signal: AbortSignal | undefined;
}

/** A checkpoint has hundreds of small tensors one after another; a round trip for each takes longer than their bytes. */
const aheadBytes = 4 * 2 ** 20;

/** Turns small reads that follow one another in a file into few large ones. Holds at most one piece of 4 MiB a file. */
export class ReadAhead {
  readonly #fetch: (path: string, part: Part) => Promise<Uint8Array>;
  readonly #files = new Map<string, { readonly offset: number; readonly bytes: Uint8Array }>();
  readonly #ends = new Map<string, number>();

  constructor(fetch: (path: string, part: Part) => Promise<Uint8Array>) {
    this.#fetch = fetch;
  }

  /** Bytes of a part, from the piece at hand where they are in it. The caller may keep and change them. */
  async read(path: string, part: Part): Promise<Uint8Array> {
    throwIfAborted(part.signal, `Reading ${path}`);
    const { offset, length, size } = part;
    const held = this.#held(path, part);
    const follows = this.#ends.get(path) === offset;
    this.#ends.set(path, offset + length);
    if (held !== undefined) return held;
    if (!follows || length >= aheadBytes || length === 0) return this.#fetch(path, part);
    const bytes = await this.#fetch(path, { ...part, length: Math.min(aheadBytes, size - offset) });
    this.#files.set(path, { offset, bytes });
    return bytes.slice(0, length);
  }

  #held(path: string, { offset, length, size }: Part): Uint8Array | undefined {
    const piece = this.#files.get(path);
    if (piece === undefined) return undefined;
    const start = offset - piece.offset;
    const inside = start >= 0 && start + length <= piece.bytes.length;
    // What was read to its end is not kept for the model's whole life.
    if (!inside || offset + length === size) this.#files.delete(path);
    return inside ? piece.bytes.slice(start, start + length) : undefined;
  }
}

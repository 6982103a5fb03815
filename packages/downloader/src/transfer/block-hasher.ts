import type { Hasher } from './hasher.js';

const blockBytes = 64;

/** What SHA-1 and SHA-256 have in common: blocks of 64 bytes, padded with the length. Source: FIPS 180-4, 5. */
export abstract class BlockHasher implements Hasher {
  readonly #state: Int32Array;
  readonly #block = new Uint8Array(blockBytes);
  readonly #blockView = new DataView(this.#block.buffer);
  #pending = 0;
  #total = 0;

  constructor(state: Int32Array) {
    this.#state = state;
  }

  /** Takes one block, which begins at an offset, into the state. */
  protected abstract compress(state: Int32Array, view: DataView, offset: number): void;

  update(bytes: Uint8Array): void {
    this.#total += bytes.byteLength;
    let done = this.#fillBlock(bytes, 0);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (; done + blockBytes <= bytes.byteLength; done += blockBytes) this.compress(this.#state, view, done);
    this.#fillBlock(bytes, done);
  }

  digest(): string {
    const total = this.#total;
    const padding = new Uint8Array(((119 - (total % blockBytes)) % blockBytes) + 9);
    padding[0] = 0x80;
    new DataView(padding.buffer).setBigUint64(padding.byteLength - 8, BigInt(total) * 8n);
    this.update(padding);
    return [...this.#state].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
  }

  /** Puts bytes into the block that is being filled, where there is one or too few are left for a whole one. */
  #fillBlock(bytes: Uint8Array, from: number): number {
    const left = bytes.byteLength - from;
    if (left === 0 || (this.#pending === 0 && left >= blockBytes)) return from;
    const count = Math.min(left, blockBytes - this.#pending);
    this.#block.set(bytes.subarray(from, from + count), this.#pending);
    this.#pending += count;
    if (this.#pending === blockBytes) {
      this.compress(this.#state, this.#blockView, 0);
      this.#pending = 0;
    }
    return from + count;
  }
}

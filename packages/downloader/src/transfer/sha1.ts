import { BlockHasher } from './block-hasher.js';

/** SHA-1 as it streams, for platforms without one that does. Source: FIPS 180-4, 6.1. */
export class Sha1 extends BlockHasher {
  readonly #words = new Int32Array(80);

  constructor() {
    super(Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0));
  }

  protected override compress(state: Int32Array, view: DataView, offset: number): void {
    const words = this.#words;
    for (let index = 0; index < 16; index += 1) words[index] = view.getInt32(offset + index * 4);
    for (let index = 16; index < 80; index += 1) {
      const mixed = at(words, index - 3) ^ at(words, index - 8) ^ at(words, index - 14) ^ at(words, index - 16);
      words[index] = (mixed << 1) | (mixed >>> 31);
    }
    let a = at(state, 0);
    let b = at(state, 1);
    let c = at(state, 2);
    let d = at(state, 3);
    let e = at(state, 4);
    for (let index = 0; index < 80; index += 1) {
      const next = (((a << 5) | (a >>> 27)) + choice(index, b, c, d) + e + at(words, index)) | 0;
      e = d;
      d = c;
      c = (b << 30) | (b >>> 2);
      b = a;
      a = next;
    }
    state[0] = at(state, 0) + a;
    state[1] = at(state, 1) + b;
    state[2] = at(state, 2) + c;
    state[3] = at(state, 3) + d;
    state[4] = at(state, 4) + e;
  }
}

/** The function and the constant of a round. */
function choice(round: number, b: number, c: number, d: number): number {
  if (round < 20) return ((b & c) | (~b & d)) + 0x5a827999;
  if (round < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (round < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}

function at(words: Int32Array, index: number): number {
  return words[index] as number;
}

import { BlockHasher } from './block-hasher.js';

const initialState: readonly number[] = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];

const roundConstants: Int32Array = makeRoundConstants();

/** SHA-256 as it streams, for platforms without one that does. Source: FIPS 180-4, 6.2. */
export class Sha256 extends BlockHasher {
  readonly #words = new Int32Array(64);

  constructor() {
    super(Int32Array.from(initialState));
  }

  protected override compress(state: Int32Array, view: DataView, offset: number): void {
    const words = this.#words;
    for (let index = 0; index < 16; index += 1) words[index] = view.getInt32(offset + index * 4);
    for (let index = 16; index < 64; index += 1) {
      words[index] = smallSigma(at(words, index - 2), 17, 19, 10) + at(words, index - 7)
        + smallSigma(at(words, index - 15), 7, 18, 3) + at(words, index - 16);
    }
    let a = at(state, 0);
    let b = at(state, 1);
    let c = at(state, 2);
    let d = at(state, 3);
    let e = at(state, 4);
    let f = at(state, 5);
    let g = at(state, 6);
    let h = at(state, 7);
    for (let index = 0; index < 64; index += 1) {
      const first = (h + bigSigma(e, 6, 11, 25) + ((e & f) ^ (~e & g)) + at(roundConstants, index) + at(words, index)) | 0;
      const second = (bigSigma(a, 2, 13, 22) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + first) | 0;
      d = c;
      c = b;
      b = a;
      a = (first + second) | 0;
    }
    state[0] = at(state, 0) + a;
    state[1] = at(state, 1) + b;
    state[2] = at(state, 2) + c;
    state[3] = at(state, 3) + d;
    state[4] = at(state, 4) + e;
    state[5] = at(state, 5) + f;
    state[6] = at(state, 6) + g;
    state[7] = at(state, 7) + h;
  }
}

function bigSigma(word: number, a: number, b: number, c: number): number {
  return rotate(word, a) ^ rotate(word, b) ^ rotate(word, c);
}

function smallSigma(word: number, a: number, b: number, shift: number): number {
  return rotate(word, a) ^ rotate(word, b) ^ (word >>> shift);
}

function rotate(word: number, count: number): number {
  return (word >>> count) | (word << (32 - count));
}

function at(words: Int32Array, index: number): number {
  return words[index] as number;
}

/** The first 32 bits of the fractions of the cube roots of the first 64 primes. */
function makeRoundConstants(): Int32Array {
  const constants: number[] = [];
  for (let candidate = 2; constants.length < 64; candidate += 1) {
    if (isPrime(candidate)) constants.push(cubeRootFraction(BigInt(candidate)));
  }
  return Int32Array.from(constants);
}

function isPrime(value: number): boolean {
  for (let divisor = 2; divisor * divisor <= value; divisor += 1) {
    if (value % divisor === 0) return false;
  }
  return true;
}

/** Largest whole number whose cube is at most value · 2^96, modulo 2^32, by bisection. */
function cubeRootFraction(value: bigint): number {
  const cube = value << 96n;
  let low = 0n;
  for (let bit = 1n << 36n; bit > 0n; bit >>= 1n) {
    if ((low + bit) ** 3n <= cube) low += bit;
  }
  return Number(low & 0xffffffffn);
}

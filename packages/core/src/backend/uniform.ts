/**
 * Uniform number in [0, 1) with 24 bits, a function of seed and token index alone, the same on every backend.
 * Source: the finalizer of MurmurHash3 (fmix32) over both words; 32-bit integer arithmetic only, so that C++, WebAssembly
 * and JavaScript agree to the bit.
 * @param seed - unsigned 32-bit integer
 * @param index - number of the generated token in its request, from 0
 */
export function uniform(seed: number, index: number): number {
  const mixed = mix(mix(seed ^ 0x9e3779b9) ^ Math.imul(index + 1, 0x85ebca6b));
  return (mixed >>> 8) / 0x1000000;
}

/** Told apart from the draw of the same token, which takes the seed as it is. */
const xtcSalt = 0x58544321;

/** Uniform number that decides whether XTC acts on a token: {@link uniform} of another seed, `seed XOR 0x58544321`. */
export function uniformOfXTC(seed: number, index: number): number {
  return uniform((seed ^ xtcSalt) >>> 0, index);
}

function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

import { fieldBits, fieldShift } from './layout';

// Constants are read from memory: V8 does not move `v128.const` out of loops, but a load costs next to nothing.
// The first 4096 bytes of the memory belong to them; see `initialize`.

/** Masks of the packed fields: 8 of 16 bytes for each number of bits. */
// @ts-ignore: decorator
@inline export const MASKS: usize = 64;
/** Factors that undo a field's position: 8 floats for each number of bits. */
// @ts-ignore: decorator
@inline export const PRESCALES: usize = 1280;
/** Sign bit of a float16 in a 32-bit lane, its other bits, and 2^112. */
// @ts-ignore: decorator
@inline export const HALF_SIGN: usize = 1600;
// @ts-ignore: decorator
@inline export const HALF_REST: usize = 1616;
// @ts-ignore: decorator
@inline export const HALF_FACTOR: usize = 1632;

function splat(p: usize, value: u32): void {
  for (let lane: usize = 0; lane < 16; lane += 4) store<u32>(p + lane, value);
}

function initializeBits(bits: i32): void {
  for (let field = 0; field < 8; field++) {
    const shift = fieldShift(bits, field);
    const mask: u32 = ((1 << bits) - 1) << max(shift, 0);
    splat(MASKS + <usize>(bits * 128 + field * 16), mask);
    const exponent: u32 = <u32>(127 - max(shift, 0)) << 23;
    store<f32>(PRESCALES + <usize>(bits * 32 + field * 4), reinterpret<f32>(exponent));
  }
}

/** Writes the constants; to be called once, before any other kernel. */
export function initialize(): void {
  for (let bits = 2; bits <= 8; bits++) if (fieldBits(bits)) initializeBits(bits);
  splat(HALF_SIGN, 0x8000);
  splat(HALF_REST, 0x7fff);
  splat(HALF_FACTOR, 0x77800000);
}

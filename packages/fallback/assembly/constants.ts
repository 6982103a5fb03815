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
/** E2M1 by its code, doubled, as signed bytes, and a mask of the lower code of a byte. */
// @ts-ignore: decorator
@inline export const FP4_VALUES: usize = 1920;
// @ts-ignore: decorator
@inline export const LOW_NIBBLES: usize = 1936;
/** Sign bit of an E4M3 in a 32-bit lane, its other bits, and 2^120. */
// @ts-ignore: decorator
@inline export const FP8_SIGN: usize = 1952;
// @ts-ignore: decorator
@inline export const FP8_REST: usize = 1968;
// @ts-ignore: decorator
@inline export const FP8_FACTOR: usize = 1984;
/** What each byte stands for as a scale, as float32: E8M0 and E4M3. */
// @ts-ignore: decorator
@inline export const E8M0_SCALES: usize = 2048;
// @ts-ignore: decorator
@inline export const E4M3_SCALES: usize = 3072;

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

function initializeFloats(): void {
  splat(LOW_NIBBLES, 0x0f0f0f0f);
  splat(FP8_SIGN, 0x80);
  splat(FP8_REST, 0x7f);
  splat(FP8_FACTOR, 0x7b800000);
  for (let code = 0; code < 8; code++) {
    const double = code < 2 ? code : (2 + (code & 1)) << ((code >> 1) - 1);
    store<u8>(FP4_VALUES + code, double);
    store<u8>(FP4_VALUES + code + 8, -double);
  }
  for (let byte: u32 = 0; byte < 256; byte++) {
    store<u32>(E8M0_SCALES + (byte << 2), byte ? byte << 23 : 0x00400000);
    const size = reinterpret<f32>((byte & 0x7f) << 20) * reinterpret<f32>(<u32>0x7b800000);
    store<f32>(E4M3_SCALES + (byte << 2), byte & 0x80 ? -size : size);
  }
}

/** Writes the constants; to be called once, before any other kernel. */
export function initialize(): void {
  for (let bits = 2; bits <= 8; bits++) if (fieldBits(bits)) initializeBits(bits);
  splat(HALF_SIGN, 0x8000);
  splat(HALF_REST, 0x7fff);
  splat(HALF_FACTOR, 0x77800000);
  initializeFloats();
}

import { MASKS } from './constants';

// @ts-ignore: decorator
@inline
function loadLanes(p: usize, step: usize): v128 {
  let v = v128.load32_zero(p);
  v = v128.load_lane<u32>(p + step, v, 1);
  v = v128.load_lane<u32>(p + 2 * step, v, 2);
  return v128.load_lane<u32>(p + 3 * step, v, 3);
}

/** First vector of a unit's bits. 3, 5 and 6 bits read up to 3 bytes past the unit. */
// @ts-ignore: decorator
@inline
export function loadFirst(bits: i32, p: usize): v128 {
  if (bits == 2) return i32x4.extend_low_i16x8_u(v128.load_ext<u8>(p));
  if (bits == 3 || bits == 6) return loadLanes(p, 3);
  if (bits == 5) return loadLanes(p, 5);
  return v128.load(p);
}

/** Second vector of a unit's bits, where the first does not hold them all. */
// @ts-ignore: decorator
@inline
export function loadSecond(bits: i32, p: usize, first: v128): v128 {
  if (bits == 2) return i32x4.extend_high_i16x8_u(v128.load_ext<u8>(p));
  if (bits == 5) return loadLanes(p + 1, 5);
  if (bits == 6) return loadLanes(p + 12, 3);
  if (bits == 8) return v128.load(p, 16);
  return first;
}

/** Whether a field is shifted down, not masked. */
// @ts-ignore: decorator
@inline
function isShifted(bits: i32, k: i32): bool {
  return (k == 7 && (bits == 4 || bits == 5 || bits == 8)) || (k == 3 && bits == 8);
}

/** Mask of a field. Load it once for several weights; for a field that is shifted it stays unused. */
// @ts-ignore: decorator
@inline
export function loadMask(bits: i32, k: i32): v128 {
  return v128.load(MASKS + bits * 128 + k * 16);
}

/** Four weights, times 2^shift of the field's layout. */
// @ts-ignore: decorator
@inline
export function field(bits: i32, first: v128, second: v128, k: i32, mask: v128): v128 {
  const fromSecond = bits == 5 ? k >= 6 : (bits == 2 || bits == 6 || bits == 8) && k >= 4;
  const packed = fromSecond ? second : first;
  if (isShifted(bits, k)) return f32x4.convert_i32x4_s(i32x4.shr_u(packed, 32 - bits));
  return f32x4.convert_i32x4_s(v128.and(packed, mask));
}

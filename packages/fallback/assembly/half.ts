import { HALF_FACTOR, HALF_REST, HALF_SIGN } from './constants';

/** Element types as numbers; the same as in `src/kernels/element-type.ts`. */
// @ts-ignore: decorator
@inline export const F32: i32 = 0;
// @ts-ignore: decorator
@inline export const F16: i32 = 1;
// @ts-ignore: decorator
@inline export const BF16: i32 = 2;

/** Four float16 in the low halves of 32-bit lanes to float32; infinities become 65536 and more, which no weight is. */
// @ts-ignore: decorator
@inline
export function halfToFloat(h: v128): v128 {
  const sign = i32x4.shl(v128.and(h, v128.load(HALF_SIGN)), 16);
  const rest = i32x4.shl(v128.and(h, v128.load(HALF_REST)), 13);
  return v128.or(f32x4.mul(rest, v128.load(HALF_FACTOR)), sign);
}

/** Four elements of a type to float32. */
// @ts-ignore: decorator
@inline
export function loadFloats(type: i32, p: usize): v128 {
  if (type == F32) return v128.load(p);
  if (type == F16) return halfToFloat(v128.load_ext<u16>(p));
  return i32x4.shl(v128.load_ext<u16>(p), 16);
}

/** One element of a type as float32. */
// @ts-ignore: decorator
@inline
export function loadFloat(type: i32, p: usize): f32 {
  if (type == F32) return load<f32>(p);
  if (type == BF16) return reinterpret<f32>(<u32>load<u16>(p) << 16);
  return f32x4.extract_lane(halfToFloat(i32x4.splat(load<u16>(p))), 0);
}

/** Bytes of an element as a shift. */
// @ts-ignore: decorator
@inline
export function elementShift(type: i32): i32 {
  return type == F32 ? 2 : 1;
}

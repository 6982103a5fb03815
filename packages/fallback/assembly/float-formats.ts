import { E4M3_SCALES, E8M0_SCALES, FP4_VALUES, FP8_FACTOR, FP8_REST, FP8_SIGN, LOW_NIBBLES } from './constants';

// Quantized floats: E2M1 in 4 bits or E4M3 in 8, with a scale of a byte for each group: E8M0 or E4M3. A unit is 32 weights, which
// are unpacked as eight vectors ("fields"). E2M1 is looked up as its double, a small integer; inputs are halved beforehand.

/** Modes as numbers; the same as in `src/kernels/float-mode.ts`. */
// @ts-ignore: decorator
@inline export const MXFP4: i32 = 0;
// @ts-ignore: decorator
@inline export const NVFP4: i32 = 1;
// @ts-ignore: decorator
@inline export const MXFP8: i32 = 2;

/** Four E4M3 in 32-bit lanes to float32; the codes of no number become 480. */
// @ts-ignore: decorator
@inline
function eightToFloat(bytes: v128): v128 {
  const sign = i32x4.shl(v128.and(bytes, v128.load(FP8_SIGN)), 24);
  const rest = i32x4.shl(v128.and(bytes, v128.load(FP8_REST)), 20);
  return v128.or(f32x4.mul(rest, v128.load(FP8_FACTOR)), sign);
}

/** A quarter of a unit as eight 16-bit integers. */
// @ts-ignore: decorator
@inline
export function quarter(mode: i32, p: usize, index: i32): v128 {
  if (mode == MXFP8) return v128.load_ext<u8>(p + 8 * index);
  const packed = v128.load(p), values = v128.load(FP4_VALUES);
  const codes = index < 2 ? v128.and(packed, v128.load(LOW_NIBBLES)) : i8x16.shr_u(packed, 4);
  const doubles = i8x16.swizzle(values, codes);
  return index & 1 ? i16x8.extend_high_i8x16_s(doubles) : i16x8.extend_low_i8x16_s(doubles);
}

/** Four weights, of 4 bits times 2: the low or the high half of a quarter. */
// @ts-ignore: decorator
@inline
export function half(mode: i32, quarter: v128, high: bool): v128 {
  if (mode == MXFP8) return eightToFloat(high ? i32x4.extend_high_i16x8_u(quarter) : i32x4.extend_low_i16x8_u(quarter));
  return f32x4.convert_i32x4_s(high ? i32x4.extend_high_i16x8_s(quarter) : i32x4.extend_low_i16x8_s(quarter));
}

/** Which of a unit's 32 weights is in a lane of a field. */
// @ts-ignore: decorator
@inline
export function floatSource(bits: i32, field: i32, lane: i32): i32 {
  return bits == 8 ? field * 4 + lane : (field & 3) * 8 + lane * 2 + (field >> 2);
}

/** Scale of a group by its byte. */
// @ts-ignore: decorator
@inline
export function floatScale(mode: i32, scales: usize, group: usize): usize {
  return (mode == NVFP4 ? E4M3_SCALES : E8M0_SCALES) + (<usize>load<u8>(scales + group) << 2);
}

/** Bytes of a row of weights. */
// @ts-ignore: decorator
@inline
export function rowBytes(mode: i32, columns: i32): usize {
  return mode == MXFP8 ? columns : columns >> 1;
}

/** Groups of a row. */
// @ts-ignore: decorator
@inline
export function rowGroups(mode: i32, columns: i32): usize {
  return mode == NVFP4 ? columns >> 4 : columns >> 5;
}

/** One weight, without its scale. */
// @ts-ignore: decorator
@inline
export function floatWeight(mode: i32, row: usize, column: i32): f32 {
  if (mode == MXFP8) return load<f32>(E4M3_SCALES + (<usize>load<u8>(row + column) << 2));
  const code = (<i32>load<u8>(row + (column >> 1)) >> ((column & 1) << 2)) & 15;
  return <f32>load<i8>(FP4_VALUES + code) * 0.5;
}

/** What a matrix's global scale multiplies by: 448 · 6 is the greatest E4M3 by the greatest E2M1. */
// @ts-ignore: decorator
@inline
export function globalFactor(globalScale: usize): f32 {
  return globalScale ? load<f32>(globalScale) / 2688 : 1;
}

import { loadFloat, loadFloats, elementShift, BF16, F16, F32 } from './half';
import { madd } from './simd';

/** Outputs whose scales are converted at a time. */
// @ts-ignore: decorator
@inline export const TILE: i32 = 8;

// @ts-ignore: decorator
@inline
function convert(type: i32, from: usize, to: usize, count: i32, padded: i32): void {
  const shift = elementShift(type);
  let i = 0;
  for (; i + 4 <= count; i += 4) v128.store(to + (<usize>i << 2), loadFloats(type, from + (<usize>i << shift)));
  for (; i < count; i++) store<f32>(to + (<usize>i << 2), loadFloat(type, from + (<usize>i << shift)));
  for (; i < padded; i++) store<f32>(to + (<usize>i << 2), 0);
}

/** Converts one row of scales or biases to float32, zeros up to `padded`. */
export function convertGroups(type: i32, from: usize, to: usize, count: i32, padded: i32): void {
  if (type == F16) convert(F16, from, to, count, padded);
  else if (type == BF16) convert(BF16, from, to, count, padded);
  else convert(F32, from, to, count, padded);
}

/** Lanes of Σ bias · Σx over a row's groups. */
// @ts-ignore: decorator
@inline
export function biasTerm(biases: usize, sums: usize, padded: i32): v128 {
  let term = f32x4.splat(0);
  const end = biases + (<usize>padded << 2);
  for (; biases < end; biases += 16, sums += 16) term = madd(v128.load(biases), v128.load(sums), term);
  return term;
}

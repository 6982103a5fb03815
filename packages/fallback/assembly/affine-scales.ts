import { BF16, elementShift, F16, F32, loadFloats } from './half';
import { madd } from './simd';

/** Outputs whose scales are converted at a time. */
// @ts-ignore: decorator
@inline export const TILE: i32 = 8;

// @ts-ignore: decorator
@inline
function convert(type: i32, from: usize, to: usize, padded: i32): void {
  const step = 4 << elementShift(type);
  for (const end = to + (<usize>padded << 2); to < end; to += 16, from += step) v128.store(to, loadFloats(type, from));
}

/**
 * Converts one row of scales or biases to float32. What pads the last vector comes from the next row: it is finite, and the
 * sums that it meets there are 0.
 */
export function convertGroups(type: i32, from: usize, to: usize, padded: i32): void {
  if (type == F16) convert(F16, from, to, padded);
  else if (type == BF16) convert(BF16, from, to, padded);
  else convert(F32, from, to, padded);
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

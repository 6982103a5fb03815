import { exponential } from './exponential';
import { horizontalMax, horizontalSum, loadPartial } from './simd';
import { hyperbolicTangent } from './tanh';

/** Caps four scores: `cap · tanh(score / cap)`; a cap of 0 leaves them. */
// @ts-ignore: decorator
@inline
export function softcap(scores: v128, cap: f32): v128 {
  if (cap == 0) return scores;
  const caps = f32x4.splat(cap);
  return f32x4.mul(caps, hyperbolicTangent(f32x4.div(scores, caps)));
}

/**
 * Makes scores into e^(score - max) and returns what they sum to; the first `skip` (below 16) are not seen and take no part,
 * what pads the last vector becomes 0.
 * @param sink - address of a further score, which has no value; 0 for none
 */
// @ts-ignore: decorator
@inline
export function softmaxWeights(scores: usize, skip: i32, tokens: i32, sink: usize): f32 {
  const whole = scores + (<usize>(tokens & ~3) << 2), rest = tokens & 3;
  for (let i: usize = 0; i < <usize>skip; i++) store<f32>(scores + (i << 2), -Infinity);
  let largest = f32x4.splat(-Infinity);
  for (let p = scores; p < whole; p += 16) largest = f32x4.max(largest, v128.load(p));
  let peak = horizontalMax(largest);
  for (let i: usize = 0; i < <usize>rest; i++) peak = max<f32>(peak, load<f32>(whole + (i << 2)));
  if (sink) peak = max<f32>(peak, load<f32>(sink));
  const peaks = f32x4.splat(peak);
  let sum = f32x4.splat(0);
  for (let p = scores; p < whole; p += 16) {
    const e = exponential(f32x4.sub(v128.load(p), peaks));
    v128.store(p, e);
    sum = f32x4.add(sum, e);
  }
  if (rest) {
    v128.store(whole, exponential(f32x4.sub(v128.load(whole), peaks)));
    sum = f32x4.add(sum, loadPartial(whole, rest));
  }
  // What is skipped adds some e^-87 each, which does not reach a sum of 1 and more.
  const total = horizontalSum(sum);
  return sink ? total + f32x4.extract_lane(exponential(f32x4.splat(load<f32>(sink) - peak)), 0) : total;
}

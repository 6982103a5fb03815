import { exponential } from './exponential';

// tanh after Cephes' tanhf (S. Moshier): a polynomial near 0, where 1 - 2 / (e^2x + 1) would cancel; plain operations only.

/** tanh of four lanes. */
// @ts-ignore: decorator
@inline
export function hyperbolicTangent(x: v128): v128 {
  const size = f32x4.abs(x), square = f32x4.mul(x, x);
  let p = f32x4.add(f32x4.mul(f32x4.splat(-5.70498872745e-3), square), f32x4.splat(2.06390887954e-2));
  p = f32x4.add(f32x4.mul(p, square), f32x4.splat(-5.37397155531e-2));
  p = f32x4.add(f32x4.mul(p, square), f32x4.splat(1.33314422036e-1));
  p = f32x4.add(f32x4.mul(p, square), f32x4.splat(-3.33332819422e-1));
  const near = f32x4.add(x, f32x4.mul(f32x4.mul(p, square), x));
  const power = exponential(f32x4.add(size, size));
  const far = f32x4.sub(f32x4.splat(1), f32x4.div(f32x4.splat(2), f32x4.add(power, f32x4.splat(1))));
  const signed = v128.or(far, v128.and(x, i32x4.splat(0x80000000)));
  return v128.bitselect(near, signed, f32x4.lt(size, f32x4.splat(0.625)));
}

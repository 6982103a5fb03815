import { exponential } from './exponential';
import { hyperbolicTangent } from './tanh';

// Functions of four lanes in plain operations only, so that a result does not depend on the build. Numbers of the
// functions are the same as in `src/execution/calls/element-wise.ts`.

// @ts-ignore: decorator
@inline
function one(): v128 {
  return f32x4.splat(1);
}

/** ln x after Cephes' logf (S. Moshier), for normal x; -Infinity at 0. */
// @ts-ignore: decorator
@inline
export function logarithm(x: v128): v128 {
  const mantissa = v128.or(v128.and(x, i32x4.splat(0x007fffff)), i32x4.splat(0x3f000000));
  const exponent = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_u(x, 23), i32x4.splat(126)));
  const small = f32x4.lt(mantissa, f32x4.splat(0.707106781186547524));
  const e = f32x4.sub(exponent, v128.and(small, one()));
  const m = f32x4.sub(f32x4.add(mantissa, v128.and(small, mantissa)), one());
  const square = f32x4.mul(m, m);
  let p = f32x4.add(f32x4.mul(f32x4.splat(7.0376836292e-2), m), f32x4.splat(-1.1514610310e-1));
  p = f32x4.add(f32x4.mul(p, m), f32x4.splat(1.1676998740e-1));
  p = f32x4.add(f32x4.mul(p, m), f32x4.splat(-1.2420140846e-1));
  p = f32x4.add(f32x4.mul(p, m), f32x4.splat(1.4249322787e-1));
  p = f32x4.add(f32x4.mul(p, m), f32x4.splat(-1.6668057665e-1));
  p = f32x4.add(f32x4.mul(p, m), f32x4.splat(2.0000714765e-1));
  p = f32x4.add(f32x4.mul(p, m), f32x4.splat(-2.4999993993e-1));
  p = f32x4.add(f32x4.mul(p, m), f32x4.splat(3.3333331174e-1));
  p = f32x4.mul(f32x4.mul(p, m), square);
  p = f32x4.add(p, f32x4.mul(e, f32x4.splat(-2.12194440e-4)));
  p = f32x4.sub(p, f32x4.mul(f32x4.splat(0.5), square));
  const result = f32x4.add(f32x4.add(m, p), f32x4.mul(e, f32x4.splat(0.693359375)));
  return v128.bitselect(f32x4.splat(-Infinity), result, f32x4.eq(x, f32x4.splat(0)));
}

/** ln(1 + x) for x in [0, 1], right also where x is small. */
// @ts-ignore: decorator
@inline
function logarithmOfOneMore(x: v128): v128 {
  const sum = f32x4.add(x, one());
  const rest = f32x4.sub(sum, one());
  const result = f32x4.mul(logarithm(sum), f32x4.div(x, rest));
  return v128.bitselect(x, result, f32x4.eq(rest, f32x4.splat(0)));
}

/** ln(1 + e^x) */
// @ts-ignore: decorator
@inline
export function softplus(x: v128): v128 {
  return f32x4.add(f32x4.max(x, f32x4.splat(0)), logarithmOfOneMore(exponential(f32x4.neg(f32x4.abs(x)))));
}

/** The error function, after N. Juffa: a polynomial near 0, and 1 - e^polynomial beyond. */
// @ts-ignore: decorator
@inline
export function errorFunction(x: v128): v128 {
  const size = f32x4.abs(x), square = f32x4.mul(x, x);
  let far = f32x4.add(f32x4.mul(f32x4.splat(-1.72853470e-5), size), f32x4.splat(3.83197126e-4));
  const other = f32x4.add(f32x4.mul(f32x4.splat(-3.88396438e-3), size), f32x4.splat(2.42546219e-2));
  far = f32x4.add(f32x4.mul(far, square), other);
  far = f32x4.add(f32x4.mul(far, size), f32x4.splat(-1.06777877e-1));
  far = f32x4.add(f32x4.mul(far, size), f32x4.splat(-6.34846687e-1));
  far = f32x4.add(f32x4.mul(far, size), f32x4.splat(-1.28717512e-1));
  far = f32x4.sub(f32x4.mul(far, size), size);
  far = f32x4.sub(one(), exponential(far));
  // The polynomial is good up to here, where the function is 1 to the precision.
  far = v128.bitselect(one(), far, f32x4.gt(size, f32x4.splat(3.9)));
  far = v128.or(far, v128.and(x, i32x4.splat(0x80000000)));
  let near = f32x4.add(f32x4.mul(f32x4.splat(-5.96761703e-4), square), f32x4.splat(4.99119423e-3));
  near = f32x4.add(f32x4.mul(near, square), f32x4.splat(-2.67681349e-2));
  near = f32x4.add(f32x4.mul(near, square), f32x4.splat(1.12819925e-1));
  near = f32x4.add(f32x4.mul(near, square), f32x4.splat(-3.76125336e-1));
  near = f32x4.add(f32x4.mul(near, square), f32x4.splat(1.28379166e-1));
  near = f32x4.add(f32x4.mul(near, x), x);
  return v128.bitselect(far, near, f32x4.gt(size, f32x4.splat(0.927734375)));
}

/** 1 / (1 + e^-x) */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  return f32x4.div(one(), f32x4.add(one(), exponential(f32x4.neg(x))));
}

/** x / (1 + e^-x) */
// @ts-ignore: decorator
@inline
export function silu(x: v128): v128 {
  return f32x4.div(x, f32x4.add(one(), exponential(f32x4.neg(x))));
}

/** x · (1 + erf(x / √2)) / 2 */
// @ts-ignore: decorator
@inline
export function gelu(x: v128): v128 {
  const area = f32x4.add(one(), errorFunction(f32x4.mul(x, f32x4.splat(0.70710678118654752))));
  return f32x4.mul(f32x4.mul(x, f32x4.splat(0.5)), area);
}

/** x · (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2 */
// @ts-ignore: decorator
@inline
export function geluTanh(x: v128): v128 {
  const cube = f32x4.mul(f32x4.mul(x, x), x);
  const inner = f32x4.mul(f32x4.splat(0.7978845608028654), f32x4.add(x, f32x4.mul(f32x4.splat(0.044715), cube)));
  return f32x4.mul(f32x4.mul(x, f32x4.splat(0.5)), f32x4.add(one(), hyperbolicTangent(inner)));
}

/** gpt-oss's gate: g · sigmoid(1.702 g) of the gate up to 7. */
// @ts-ignore: decorator
@inline
export function swigluGate(x: v128): v128 {
  const gate = f32x4.min(x, f32x4.splat(7));
  return f32x4.div(gate, f32x4.add(one(), exponential(f32x4.mul(gate, f32x4.splat(-1.702)))));
}

import { exponential } from './exponential';
import { gelu, geluTanh, logarithm, sigmoid, silu, softplus } from './functions';
import { hyperbolicTangent } from './tanh';

// Functions of whole buffers. Counts are rounded up to vectors: every buffer is padded to 16 bytes.

// @ts-ignore: decorator
@inline
function apply(operation: i32, x: v128): v128 {
  if (operation == 0) return f32x4.neg(x);
  if (operation == 1) return f32x4.abs(x);
  if (operation == 2) return exponential(x);
  if (operation == 3) return logarithm(x);
  if (operation == 4) return f32x4.sqrt(x);
  if (operation == 5) return f32x4.div(f32x4.splat(1), f32x4.sqrt(x));
  if (operation == 6) return f32x4.mul(x, x);
  if (operation == 7) return silu(x);
  if (operation == 8) return gelu(x);
  if (operation == 9) return geluTanh(x);
  if (operation == 10) return f32x4.mul(x, sigmoid(f32x4.mul(x, f32x4.splat(1.702))));
  if (operation == 11) return f32x4.max(x, f32x4.splat(0));
  if (operation == 12) {
    const positive = f32x4.max(x, f32x4.splat(0));
    return f32x4.mul(positive, positive);
  }
  if (operation == 13) return sigmoid(x);
  if (operation == 14) return hyperbolicTangent(x);
  return softplus(x);
}

/** A function of each element; its number is that of {@link apply}. */
export function unary(operation: i32, x: usize, count: i32, y: usize): void {
  for (let i: usize = 0; i < <usize>count << 2; i += 16) v128.store(y + i, apply(operation, v128.load(x + i)));
}

/** `factor · x + offset` */
export function scale(x: usize, factor: f32, offset: f32, count: i32, y: usize): void {
  const factors = f32x4.splat(factor), offsets = f32x4.splat(offset);
  for (let i: usize = 0; i < <usize>count << 2; i += 16) v128.store(y + i, f32x4.add(f32x4.mul(v128.load(x + i), factors), offsets));
}

/** `min(max(x, minimum), maximum)` */
export function clip(x: usize, minimum: f32, maximum: f32, count: i32, y: usize): void {
  const low = f32x4.splat(minimum), high = f32x4.splat(maximum);
  for (let i: usize = 0; i < <usize>count << 2; i += 16) v128.store(y + i, f32x4.min(f32x4.max(v128.load(x + i), low), high));
}

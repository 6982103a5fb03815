import { gelu, geluTanh, sigmoid, silu, swigluGate } from './functions';

// @ts-ignore: decorator
@inline
function apply(activation: i32, gate: v128, up: v128): v128 {
  if (activation == 7) return f32x4.mul(silu(gate), up);
  if (activation == 8) return f32x4.mul(gelu(gate), up);
  if (activation == 9) return f32x4.mul(geluTanh(gate), up);
  if (activation == 13) return f32x4.mul(sigmoid(gate), up);
  if (activation == 16) {
    const bounded = f32x4.min(f32x4.max(up, f32x4.splat(-7)), f32x4.splat(7));
    return f32x4.mul(swigluGate(gate), f32x4.add(bounded, f32x4.splat(1)));
  }
  const positive = f32x4.max(gate, f32x4.splat(0));
  return f32x4.mul(activation == 12 ? f32x4.mul(positive, positive) : positive, up);
}

/** `activation(gate) · up`; numbers of the activations are those of the unary functions, and 16 is gpt-oss's. */
export function gated(activation: i32, gate: usize, up: usize, count: i32, y: usize): void {
  for (let i: usize = 0; i < <usize>count << 2; i += 16) v128.store(y + i, apply(activation, v128.load(gate + i), v128.load(up + i)));
}

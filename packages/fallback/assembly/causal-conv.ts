import { exponential } from './exponential';
import { madd } from './simd';

// A depthwise convolution over the tokens of one sequence. An element is a sum over the taps from the oldest on, whether its
// inputs come from the state or from this step.

// @ts-ignore: decorator
@inline
function source(x: usize, state: usize, index: i32, width: i32, rowBytes: usize): usize {
  return index < width ? state + <usize>index * rowBytes : x + <usize>(index - width) * rowBytes;
}

// @ts-ignore: decorator
@inline
function silu(x: v128): v128 {
  return f32x4.div(x, f32x4.add(f32x4.splat(1), exponential(f32x4.neg(x))));
}

/** Four channels; `w` are the first one's taps. */
// @ts-ignore: decorator
@inline
function convolve4(x: usize, rows: i32, rowBytes: usize, width: i32, w: usize, bias: usize, activate: i32, state: usize, y: usize): void {
  const taps = <usize>(width + 1) << 2;
  for (let tap = 0; tap <= width; tap++, w += 4) {
    let weights = v128.load32_zero(w);
    weights = v128.load_lane<u32>(w + taps, weights, 1);
    weights = v128.load_lane<u32>(w + 2 * taps, weights, 2);
    weights = v128.load_lane<u32>(w + 3 * taps, weights, 3);
    for (let row = 0; row < rows; row++) {
      const to = y + <usize>row * rowBytes;
      const sum = tap ? v128.load(to) : f32x4.splat(0);
      v128.store(to, madd(weights, v128.load(source(x, state, row + tap, width, rowBytes)), sum));
    }
  }
  const biases = bias ? v128.load(bias) : f32x4.splat(0);
  for (let row = 0; row < rows; row++, y += rowBytes) {
    const sum = f32x4.add(v128.load(y), biases);
    v128.store(y, activate ? silu(sum) : sum);
  }
}

/** One channel. */
function convolve1(x: usize, rows: i32, rowBytes: usize, width: i32, w: usize, bias: usize, activate: i32, state: usize, y: usize): void {
  for (let row = 0; row < rows; row++, y += rowBytes) {
    let sum: f32 = 0;
    for (let tap = 0; tap <= width; tap++) sum += load<f32>(w + (<usize>tap << 2)) * load<f32>(source(x, state, row + tap, width, rowBytes));
    if (bias) sum += load<f32>(bias);
    store<f32>(y, activate ? f32x4.extract_lane(silu(f32x4.splat(sum)), 0) : sum);
  }
}

/** Makes the last `width` inputs the state, of those that it holds and the step's. */
function roll(x: usize, rows: i32, rowBytes: usize, width: i32, state: usize, bytes: usize): void {
  for (let index = 0; index < width; index++) memory.copy(state + <usize>index * rowBytes, source(x, state, index + rows, width, rowBytes), bytes);
}

/**
 * Channels `begin` to `end` of a causal convolution of `[rows, channels]`, the next tokens of one sequence.
 * @param width - inputs that the state `[width, channels]` holds: the taps less one
 * @param w - `[channels, taps]`
 * @param bias - `[channels]`; 0: none
 * @param activate - 1: through silu
 */
export function causalConv(
  x: usize, rows: i32, channels: i32, width: i32, w: usize, bias: usize, activate: i32, state: usize, y: usize, begin: i32, end: i32,
): void {
  const rowBytes = <usize>channels << 2, taps = <usize>(width + 1) << 2;
  let channel = begin;
  for (; channel + 4 <= end; channel += 4) {
    const at = <usize>channel << 2;
    convolve4(x + at, rows, rowBytes, width, w + <usize>channel * taps, bias ? bias + at : 0, activate, state + at, y + at);
  }
  for (; channel < end; channel++) {
    const at = <usize>channel << 2;
    convolve1(x + at, rows, rowBytes, width, w + <usize>channel * taps, bias ? bias + at : 0, activate, state + at, y + at);
  }
  const at = <usize>begin << 2;
  roll(x + at, rows, rowBytes, width, state + at, <usize>(end - begin) << 2);
}

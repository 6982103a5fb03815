import { exponential } from './exponential';
import { horizontalSum, madd } from './simd';

// The selective scan, token by token. Sums are a chain of four lanes, then what is left.

// @ts-ignore: decorator
@inline
function exponentialOf(x: f32): f32 {
  return f32x4.extract_lane(exponential(f32x4.splat(x)), 0);
}

/** One row of the state for one token: returns its product with C. */
// @ts-ignore: decorator
@inline
function scanRow(row: usize, count: i32, dt: f32, a: usize, columns: i32, decay: f32, input: f32, b: usize, c: usize): f32 {
  const whole = <usize>(count & ~3) << 2;
  const factor = f32x4.splat(decay), inputs = f32x4.splat(input), steps = f32x4.splat(dt);
  let sum = f32x4.splat(0);
  for (let i: usize = 0; i < whole; i += 16) {
    const kept = f32x4.mul(v128.load(row + i), columns ? exponential(f32x4.mul(steps, v128.load(a + i))) : factor);
    const s = madd(inputs, v128.load(b + i), kept);
    v128.store(row + i, s);
    sum = madd(s, v128.load(c + i), sum);
  }
  let total = horizontalSum(sum);
  for (let i = whole; i < <usize>count << 2; i += 4) {
    const s = load<f32>(row + i) * (columns ? exponentialOf(dt * load<f32>(a + i)) : decay) + input * load<f32>(b + i);
    store<f32>(row + i, s);
    total += s * load<f32>(c + i);
  }
  return total;
}

/**
 * Heads `begin` to `end` of a selective scan over the next tokens of one sequence: x `[rows, heads, dimension]`, dt
 * `[rows, heads]`, B and C `[rows, groups, size]`.
 * @param a - `[heads]`, or with `columns` 1 `[heads, size]`
 * @param state - `[heads, dimension, size]`
 */
export function ssmScan(
  x: usize, dt: usize, a: usize, b: usize, c: usize, rows: i32, heads: i32, groups: i32, dimension: i32, size: i32, columns: i32,
  state: usize, y: usize, begin: i32, end: i32,
): void {
  const rowBytes = <usize>size << 2;
  for (let head = begin; head < end; head++) {
    const group = head / (heads / groups);
    const factors = a + (columns ? <usize>head * rowBytes : <usize>head << 2);
    for (let row = 0; row < rows; row++) {
      const step = load<f32>(dt + (<usize>(row * heads + head) << 2));
      const decay: f32 = columns ? 0 : exponentialOf(step * load<f32>(factors));
      const from = <usize>(row * groups + group) * rowBytes;
      for (let d = 0; d < dimension; d++) {
        const at = <usize>((row * heads + head) * dimension + d) << 2;
        const line = state + <usize>(head * dimension + d) * rowBytes;
        store<f32>(y + at, scanRow(line, size, step, factors, columns, decay, step * load<f32>(x + at), b + from, c + from));
      }
    }
  }
}

import { field, loadFirst, loadMask, loadSecond } from './fields';
import { biasTerm } from './affine-scales';
import { horizontalSum, madd } from './simd';

// Every variant computes an element in one order: within a unit the eight fields one after another, then
// total += scale · unit, at the end the lanes with the bias term. So a row's result does not depend on its neighbours.

// @ts-ignore: decorator
@inline
function dot(q0: v128, q1: v128, q2: v128, q3: v128, q4: v128, q5: v128, q6: v128, q7: v128, x: usize): v128 {
  let sum = f32x4.mul(q0, v128.load(x));
  sum = madd(q1, v128.load(x, 16), sum);
  sum = madd(q2, v128.load(x, 32), sum);
  sum = madd(q3, v128.load(x, 48), sum);
  sum = madd(q4, v128.load(x, 64), sum);
  sum = madd(q5, v128.load(x, 80), sum);
  sum = madd(q6, v128.load(x, 96), sum);
  return madd(q7, v128.load(x, 112), sum);
}

// @ts-ignore: decorator
@inline
function finish(total: v128, biases: usize, sums: usize, padded: i32, y: usize): void {
  store<f32>(y, horizontalSum(f32x4.add(total, biasTerm(biases, sums, padded))));
}

/** One output of one row. */
// @ts-ignore: decorator
@inline
export function dot1x1(bits: i32, x: usize, columns: i32, unitShift: i32, w: usize, scales: usize, padded: i32, sums: usize, biases: usize, y: usize): void {
  let total = f32x4.splat(0);
  for (let unit = 0; unit < columns >> 5; unit++) {
    const a = loadFirst(bits, w), b = loadSecond(bits, w, a);
    const sum = dot(field(bits, a, b, 0, loadMask(bits, 0)), field(bits, a, b, 1, loadMask(bits, 1)), field(bits, a, b, 2, loadMask(bits, 2)), field(bits, a, b, 3, loadMask(bits, 3)),
      field(bits, a, b, 4, loadMask(bits, 4)), field(bits, a, b, 5, loadMask(bits, 5)), field(bits, a, b, 6, loadMask(bits, 6)), field(bits, a, b, 7, loadMask(bits, 7)), x);
    total = madd(v128.load32_splat(scales + (<usize>(unit >> unitShift) << 2)), sum, total);
    x += 128;
    w += bits * 4;
  }
  finish(total, biases, sums, padded, y);
}

/** Two outputs of one row: two chains of additions side by side, which hides their latency. */
// @ts-ignore: decorator
@inline
export function dot1x2(
  bits: i32, x: usize, columns: i32, unitShift: i32, w: usize, rowBytes: usize, scales: usize, padded: i32, sums: usize, biases: usize, y: usize,
): void {
  const scaleBytes = <usize>padded << 2;
  const inputs = x, end = x + (<usize>columns << 2);
  let total0 = f32x4.splat(0), total1 = f32x4.splat(0);
  for (; x < end; x += 128) {
    const a0 = loadFirst(bits, w), b0 = loadSecond(bits, w, a0);
    const a1 = loadFirst(bits, w + rowBytes), b1 = loadSecond(bits, w + rowBytes, a1);
    let v = v128.load(x);
    let m = loadMask(bits, 0);
    let sum0 = f32x4.mul(field(bits, a0, b0, 0, m), v), sum1 = f32x4.mul(field(bits, a1, b1, 0, m), v);
    v = v128.load(x, 16);
    m = loadMask(bits, 1);
    sum0 = madd(field(bits, a0, b0, 1, m), v, sum0);
    sum1 = madd(field(bits, a1, b1, 1, m), v, sum1);
    v = v128.load(x, 32);
    m = loadMask(bits, 2);
    sum0 = madd(field(bits, a0, b0, 2, m), v, sum0);
    sum1 = madd(field(bits, a1, b1, 2, m), v, sum1);
    v = v128.load(x, 48);
    m = loadMask(bits, 3);
    sum0 = madd(field(bits, a0, b0, 3, m), v, sum0);
    sum1 = madd(field(bits, a1, b1, 3, m), v, sum1);
    v = v128.load(x, 64);
    m = loadMask(bits, 4);
    sum0 = madd(field(bits, a0, b0, 4, m), v, sum0);
    sum1 = madd(field(bits, a1, b1, 4, m), v, sum1);
    v = v128.load(x, 80);
    m = loadMask(bits, 5);
    sum0 = madd(field(bits, a0, b0, 5, m), v, sum0);
    sum1 = madd(field(bits, a1, b1, 5, m), v, sum1);
    v = v128.load(x, 96);
    m = loadMask(bits, 6);
    sum0 = madd(field(bits, a0, b0, 6, m), v, sum0);
    sum1 = madd(field(bits, a1, b1, 6, m), v, sum1);
    v = v128.load(x, 112);
    m = loadMask(bits, 7);
    sum0 = madd(field(bits, a0, b0, 7, m), v, sum0);
    sum1 = madd(field(bits, a1, b1, 7, m), v, sum1);
    const scale = scales + (((x - inputs) >> (7 + unitShift)) << 2);
    total0 = madd(v128.load32_splat(scale), sum0, total0);
    total1 = madd(v128.load32_splat(scale + scaleBytes), sum1, total1);
    w += bits * 4;
  }
  finish(total0, biases, sums, padded, y);
  finish(total1, biases + scaleBytes, sums, padded, y + 4);
}

/** One output of a block of 4 rows: weights are unpacked once for all. */
// @ts-ignore: decorator
@inline
export function dot4x1(
  bits: i32, x: usize, columns: i32, unitShift: i32, w: usize, scales: usize, padded: i32, sums: usize, biases: usize, y: usize, yBytes: usize,
): void {
  let total0 = f32x4.splat(0), total1 = f32x4.splat(0), total2 = f32x4.splat(0), total3 = f32x4.splat(0);
  for (let unit = 0; unit < columns >> 5; unit++) {
    const a = loadFirst(bits, w), b = loadSecond(bits, w, a);
    const q0 = field(bits, a, b, 0, loadMask(bits, 0)), q1 = field(bits, a, b, 1, loadMask(bits, 1)), q2 = field(bits, a, b, 2, loadMask(bits, 2)), q3 = field(bits, a, b, 3, loadMask(bits, 3));
    const q4 = field(bits, a, b, 4, loadMask(bits, 4)), q5 = field(bits, a, b, 5, loadMask(bits, 5)), q6 = field(bits, a, b, 6, loadMask(bits, 6)), q7 = field(bits, a, b, 7, loadMask(bits, 7));
    const scale = v128.load32_splat(scales + (<usize>(unit >> unitShift) << 2));
    total0 = madd(scale, dot(q0, q1, q2, q3, q4, q5, q6, q7, x), total0);
    total1 = madd(scale, dot(q0, q1, q2, q3, q4, q5, q6, q7, x + 128), total1);
    total2 = madd(scale, dot(q0, q1, q2, q3, q4, q5, q6, q7, x + 256), total2);
    total3 = madd(scale, dot(q0, q1, q2, q3, q4, q5, q6, q7, x + 384), total3);
    x += 512;
    w += bits * 4;
  }
  const sumBytes = <usize>padded << 2;
  finish(total0, biases, sums, padded, y);
  finish(total1, biases, sums + sumBytes, padded, y + yBytes);
  finish(total2, biases, sums + 2 * sumBytes, padded, y + 2 * yBytes);
  finish(total3, biases, sums + 3 * sumBytes, padded, y + 3 * yBytes);
}

/** One output of a block of 8 rows: weights are unpacked once for all. */
// @ts-ignore: decorator
@inline
export function dot8x1(
  bits: i32, x: usize, columns: i32, unitShift: i32, w: usize, scales: usize, padded: i32, sums: usize, biases: usize, y: usize, yBytes: usize,
): void {
  let total0 = f32x4.splat(0), total1 = f32x4.splat(0), total2 = f32x4.splat(0), total3 = f32x4.splat(0);
  let total4 = f32x4.splat(0), total5 = f32x4.splat(0), total6 = f32x4.splat(0), total7 = f32x4.splat(0);
  for (let unit = 0; unit < columns >> 5; unit++) {
    const a = loadFirst(bits, w), b = loadSecond(bits, w, a);
    const q0 = field(bits, a, b, 0, loadMask(bits, 0)), q1 = field(bits, a, b, 1, loadMask(bits, 1)), q2 = field(bits, a, b, 2, loadMask(bits, 2)), q3 = field(bits, a, b, 3, loadMask(bits, 3));
    const q4 = field(bits, a, b, 4, loadMask(bits, 4)), q5 = field(bits, a, b, 5, loadMask(bits, 5)), q6 = field(bits, a, b, 6, loadMask(bits, 6)), q7 = field(bits, a, b, 7, loadMask(bits, 7));
    const scale = v128.load32_splat(scales + (<usize>(unit >> unitShift) << 2));
    total0 = madd(scale, dot(q0, q1, q2, q3, q4, q5, q6, q7, x), total0);
    total1 = madd(scale, dot(q0, q1, q2, q3, q4, q5, q6, q7, x + 128), total1);
    total2 = madd(scale, dot(q0, q1, q2, q3, q4, q5, q6, q7, x + 256), total2);
    total3 = madd(scale, dot(q0, q1, q2, q3, q4, q5, q6, q7, x + 384), total3);
    total4 = madd(scale, dot(q0, q1, q2, q3, q4, q5, q6, q7, x + 512), total4);
    total5 = madd(scale, dot(q0, q1, q2, q3, q4, q5, q6, q7, x + 640), total5);
    total6 = madd(scale, dot(q0, q1, q2, q3, q4, q5, q6, q7, x + 768), total6);
    total7 = madd(scale, dot(q0, q1, q2, q3, q4, q5, q6, q7, x + 896), total7);
    x += 1024;
    w += bits * 4;
  }
  const sumBytes = <usize>padded << 2;
  finish(total0, biases, sums, padded, y);
  finish(total1, biases, sums + sumBytes, padded, y + yBytes);
  finish(total2, biases, sums + 2 * sumBytes, padded, y + 2 * yBytes);
  finish(total3, biases, sums + 3 * sumBytes, padded, y + 3 * yBytes);
  finish(total4, biases, sums + 4 * sumBytes, padded, y + 4 * yBytes);
  finish(total5, biases, sums + 5 * sumBytes, padded, y + 5 * yBytes);
  finish(total6, biases, sums + 6 * sumBytes, padded, y + 6 * yBytes);
  finish(total7, biases, sums + 7 * sumBytes, padded, y + 7 * yBytes);
}

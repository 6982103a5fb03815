import { BF16, elementShift, F16, F32, loadFloat, loadFloats } from './half';
import { horizontalSum, madd } from './simd';

// @ts-ignore: decorator
@inline const BLOCK_BYTES: i32 = 512 * 1024;
// @ts-ignore: decorator
@inline const LEAST_ROWS: i32 = 64;

// y = x · Wᵀ on dense weights, converted in registers. An element is two chains of four lanes over units of eight
// columns, then what is left one by one; the same for every number of rows.

// @ts-ignore: decorator
@inline
function finish(type: i32, even: v128, odd: v128, x: usize, w: usize, column: i32, columns: i32, y: usize): void {
  let sum = horizontalSum(f32x4.add(even, odd));
  for (; column < columns; column++) sum += load<f32>(x + (<usize>column << 2)) * loadFloat(type, w + (<usize>column << elementShift(type)));
  store<f32>(y, sum);
}

// @ts-ignore: decorator
@inline
function denseRow(type: i32, x: usize, columns: i32, w: usize, y: usize): void {
  let even = f32x4.splat(0), odd = f32x4.splat(0);
  const whole = columns & ~7;
  let p = w;
  for (let i: usize = 0; i < <usize>whole << 2; i += 32) {
    even = madd(loadFloats(type, p), v128.load(x + i), even);
    odd = madd(loadFloats(type, p + (4 << elementShift(type))), v128.load(x + i, 16), odd);
    p += 8 << elementShift(type);
  }
  finish(type, even, odd, x, w, whole, columns, y);
}

// @ts-ignore: decorator
@inline
function denseRow2(type: i32, x: usize, columns: i32, w: usize, y: usize): void {
  let even0 = f32x4.splat(0), odd0 = f32x4.splat(0), even1 = f32x4.splat(0), odd1 = f32x4.splat(0);
  const whole = columns & ~7, half = 4 << elementShift(type);
  const w1 = w + (<usize>columns << elementShift(type));
  let p = w, p1 = w1;
  for (let i: usize = 0; i < <usize>whole << 2; i += 32) {
    const a = v128.load(x + i), b = v128.load(x + i, 16);
    even0 = madd(loadFloats(type, p), a, even0);
    even1 = madd(loadFloats(type, p1), a, even1);
    odd0 = madd(loadFloats(type, p + half), b, odd0);
    odd1 = madd(loadFloats(type, p1 + half), b, odd1);
    p += 2 * half;
    p1 += 2 * half;
  }
  finish(type, even0, odd0, x, w, whole, columns, y);
  finish(type, even1, odd1, x, w1, whole, columns, y + 4);
}

// @ts-ignore: decorator
@inline
function denseRows4(type: i32, x: usize, columns: i32, w: usize, y: usize, yBytes: usize): void {
  const xBytes = <usize>columns << 2;
  const x1 = x + xBytes, x2 = x1 + xBytes, x3 = x2 + xBytes;
  let even0 = f32x4.splat(0), even1 = f32x4.splat(0), even2 = f32x4.splat(0), even3 = f32x4.splat(0);
  let odd0 = f32x4.splat(0), odd1 = f32x4.splat(0), odd2 = f32x4.splat(0), odd3 = f32x4.splat(0);
  const whole = columns & ~7;
  let p = w;
  for (let i: usize = 0; i < <usize>whole << 2; i += 32) {
    const a = loadFloats(type, p), b = loadFloats(type, p + (4 << elementShift(type)));
    even0 = madd(a, v128.load(x + i), even0);
    odd0 = madd(b, v128.load(x + i, 16), odd0);
    even1 = madd(a, v128.load(x1 + i), even1);
    odd1 = madd(b, v128.load(x1 + i, 16), odd1);
    even2 = madd(a, v128.load(x2 + i), even2);
    odd2 = madd(b, v128.load(x2 + i, 16), odd2);
    even3 = madd(a, v128.load(x3 + i), even3);
    odd3 = madd(b, v128.load(x3 + i, 16), odd3);
    p += 8 << elementShift(type);
  }
  finish(type, even0, odd0, x, w, whole, columns, y);
  finish(type, even1, odd1, x1, w, whole, columns, y + yBytes);
  finish(type, even2, odd2, x2, w, whole, columns, y + 2 * yBytes);
  finish(type, even3, odd3, x3, w, whole, columns, y + 3 * yBytes);
}

// @ts-ignore: decorator
@inline
function linear(type: i32, x: usize, rows: i32, columns: i32, w: usize, y: usize, outputs: i32, begin: i32, end: i32): void {
  const rowBytes = <usize>columns << elementShift(type), xBytes = <usize>columns << 2, yBytes = <usize>outputs << 2;
  // Blocks of rows that stay in the second cache while all weights pass; at least so many that the weights' way pays.
  const block = max<i32>(LEAST_ROWS, (BLOCK_BYTES / <i32>xBytes) & ~3);
  for (let first = 0; first < rows; first += block) {
    const last = min<i32>(rows, first + block);
    // Pairs of outputs, so that a pair's weights stay in the nearest cache while the rows pass.
    for (let o = begin; o < end; o += 2) {
      const weights = w + <usize>o * rowBytes, pair = o + 1 < end;
      let output = y + (<usize>o << 2) + <usize>first * yBytes, input = x + <usize>first * xBytes, row = first;
      for (; row + 4 <= last; row += 4) {
        denseRows4(type, input, columns, weights, output, yBytes);
        if (pair) denseRows4(type, input, columns, weights + rowBytes, output + 4, yBytes);
        input += 4 * xBytes;
        output += 4 * yBytes;
      }
      for (; row < last; row++) {
        if (pair) denseRow2(type, input, columns, weights, output);
        else denseRow(type, input, columns, weights, output);
        input += xBytes;
        output += yBytes;
      }
    }
  }
}

/** Outputs `begin` to `end` of a linear on float32 weights. */
export function denseF32(x: usize, rows: i32, columns: i32, w: usize, y: usize, outputs: i32, begin: i32, end: i32): void {
  linear(F32, x, rows, columns, w, y, outputs, begin, end);
}

/** Outputs `begin` to `end` of a linear on float16 weights. */
export function denseF16(x: usize, rows: i32, columns: i32, w: usize, y: usize, outputs: i32, begin: i32, end: i32): void {
  linear(F16, x, rows, columns, w, y, outputs, begin, end);
}

/** Outputs `begin` to `end` of a linear on bfloat16 weights. */
export function denseBF16(x: usize, rows: i32, columns: i32, w: usize, y: usize, outputs: i32, begin: i32, end: i32): void {
  linear(BF16, x, rows, columns, w, y, outputs, begin, end);
}

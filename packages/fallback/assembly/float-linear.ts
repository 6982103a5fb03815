import { floatScale, floatSource, floatWeight, globalFactor, half, MXFP4, MXFP8, NVFP4, quarter, rowBytes, rowGroups } from './float-formats';
import { blockRows } from './prepare';
import { horizontalSum, madd } from './simd';

// y = x · Wᵀ on quantized floats; inputs come from `prepareFloat`. Fields 0, 1, 4 and 5 of a unit are one sum, the others another:
// of 4 bits these are its first and its second 16 weights, which nvfp4 scales apart. Every element is computed in one order.

/**
 * Brings inputs `[rows, columns]` into the order of the packed fields, halved for 4 bits and with zeros to whole units.
 * @param out - `[rows · columns rounded up to 32]` floats, in blocks of rows as `prepareInput`'s
 */
export function prepareFloat(bits: i32, x: usize, rows: i32, columns: i32, out: usize): void {
  const units = (columns + 31) >> 5;
  const factor: f32 = bits == 8 ? 1 : 0.5;
  for (let row = 0; row < rows; ) {
    const block = blockRows(row, rows);
    const base = out + (<usize>(row * units) << 7);
    for (let r = 0; r < block; r++) {
      const input = x + (<usize>((row + r) * columns) << 2);
      for (let unit = 0; unit < units; unit++) {
        const to = base + (<usize>(unit * block + r) << 7);
        for (let field = 0; field < 8; field++) {
          for (let lane = 0; lane < 4; lane++) {
            const column = (unit << 5) + floatSource(bits, field, lane);
            const value: f32 = column < columns ? load<f32>(input + (<usize>column << 2)) * factor : 0;
            store<f32>(to + <usize>(field * 16 + lane * 4), value);
          }
        }
      }
    }
    row += block;
  }
}

// @ts-ignore: decorator
@inline
function addUnit(
  mode: i32, q0: v128, q1: v128, q2: v128, q3: v128, q4: v128, q5: v128, q6: v128, q7: v128, x: usize, first: v128, second: v128, total: v128,
): v128 {
  let a = f32x4.mul(q0, v128.load(x)), b = f32x4.mul(q2, v128.load(x, 32));
  a = madd(q1, v128.load(x, 16), a);
  b = madd(q3, v128.load(x, 48), b);
  a = madd(q4, v128.load(x, 64), a);
  b = madd(q6, v128.load(x, 96), b);
  a = madd(q5, v128.load(x, 80), a);
  b = madd(q7, v128.load(x, 112), b);
  if (mode != NVFP4) return madd(first, f32x4.add(a, b), total);
  return madd(second, b, madd(first, a, total));
}

// @ts-ignore: decorator
@inline
function firstScale(mode: i32, scales: usize, unit: usize): v128 {
  return v128.load32_splat(floatScale(mode, scales, mode == NVFP4 ? 2 * unit : unit));
}

// @ts-ignore: decorator
@inline
function secondScale(mode: i32, scales: usize, unit: usize, first: v128): v128 {
  return mode == NVFP4 ? v128.load32_splat(floatScale(mode, scales, 2 * unit + 1)) : first;
}

// @ts-ignore: decorator
@inline
function unitBytes(mode: i32): usize {
  return mode == MXFP8 ? 32 : 16;
}

/** One output of one row. */
// @ts-ignore: decorator
@inline
function dot1(mode: i32, x: usize, units: usize, w: usize, scales: usize, factor: f32, y: usize): void {
  let total = f32x4.splat(0);
  for (let unit: usize = 0; unit < units; unit++, x += 128, w += unitBytes(mode)) {
    const c0 = quarter(mode, w, 0), c1 = quarter(mode, w, 1), c2 = quarter(mode, w, 2), c3 = quarter(mode, w, 3);
    const s0 = firstScale(mode, scales, unit), s1 = secondScale(mode, scales, unit, s0);
    total = addUnit(
      mode, half(mode, c0, false), half(mode, c0, true), half(mode, c1, false), half(mode, c1, true),
      half(mode, c2, false), half(mode, c2, true), half(mode, c3, false), half(mode, c3, true), x, s0, s1, total,
    );
  }
  store<f32>(y, horizontalSum(total) * factor);
}

/** One output of a block of 4 rows: weights are unpacked once for all. */
// @ts-ignore: decorator
@inline
function dot4(mode: i32, x: usize, units: usize, w: usize, scales: usize, factor: f32, y: usize, yBytes: usize): void {
  let t0 = f32x4.splat(0), t1 = f32x4.splat(0), t2 = f32x4.splat(0), t3 = f32x4.splat(0);
  for (let unit: usize = 0; unit < units; unit++, x += 512, w += unitBytes(mode)) {
    const c0 = quarter(mode, w, 0), c1 = quarter(mode, w, 1), c2 = quarter(mode, w, 2), c3 = quarter(mode, w, 3);
    const s0 = firstScale(mode, scales, unit), s1 = secondScale(mode, scales, unit, s0);
    const q0 = half(mode, c0, false), q1 = half(mode, c0, true), q2 = half(mode, c1, false), q3 = half(mode, c1, true);
    const q4 = half(mode, c2, false), q5 = half(mode, c2, true), q6 = half(mode, c3, false), q7 = half(mode, c3, true);
    t0 = addUnit(mode, q0, q1, q2, q3, q4, q5, q6, q7, x, s0, s1, t0);
    t1 = addUnit(mode, q0, q1, q2, q3, q4, q5, q6, q7, x + 128, s0, s1, t1);
    t2 = addUnit(mode, q0, q1, q2, q3, q4, q5, q6, q7, x + 256, s0, s1, t2);
    t3 = addUnit(mode, q0, q1, q2, q3, q4, q5, q6, q7, x + 384, s0, s1, t3);
  }
  store<f32>(y, horizontalSum(t0) * factor);
  store<f32>(y + yBytes, horizontalSum(t1) * factor);
  store<f32>(y + 2 * yBytes, horizontalSum(t2) * factor);
  store<f32>(y + 3 * yBytes, horizontalSum(t3) * factor);
}

/** One output of a block of 8 rows: weights are unpacked once for all. */
// @ts-ignore: decorator
@inline
function dot8(mode: i32, x: usize, units: usize, w: usize, scales: usize, factor: f32, y: usize, yBytes: usize): void {
  let t0 = f32x4.splat(0), t1 = f32x4.splat(0), t2 = f32x4.splat(0), t3 = f32x4.splat(0);
  let t4 = f32x4.splat(0), t5 = f32x4.splat(0), t6 = f32x4.splat(0), t7 = f32x4.splat(0);
  for (let unit: usize = 0; unit < units; unit++, x += 1024, w += unitBytes(mode)) {
    const c0 = quarter(mode, w, 0), c1 = quarter(mode, w, 1), c2 = quarter(mode, w, 2), c3 = quarter(mode, w, 3);
    const s0 = firstScale(mode, scales, unit), s1 = secondScale(mode, scales, unit, s0);
    const q0 = half(mode, c0, false), q1 = half(mode, c0, true), q2 = half(mode, c1, false), q3 = half(mode, c1, true);
    const q4 = half(mode, c2, false), q5 = half(mode, c2, true), q6 = half(mode, c3, false), q7 = half(mode, c3, true);
    t0 = addUnit(mode, q0, q1, q2, q3, q4, q5, q6, q7, x, s0, s1, t0);
    t1 = addUnit(mode, q0, q1, q2, q3, q4, q5, q6, q7, x + 128, s0, s1, t1);
    t2 = addUnit(mode, q0, q1, q2, q3, q4, q5, q6, q7, x + 256, s0, s1, t2);
    t3 = addUnit(mode, q0, q1, q2, q3, q4, q5, q6, q7, x + 384, s0, s1, t3);
    t4 = addUnit(mode, q0, q1, q2, q3, q4, q5, q6, q7, x + 512, s0, s1, t4);
    t5 = addUnit(mode, q0, q1, q2, q3, q4, q5, q6, q7, x + 640, s0, s1, t5);
    t6 = addUnit(mode, q0, q1, q2, q3, q4, q5, q6, q7, x + 768, s0, s1, t6);
    t7 = addUnit(mode, q0, q1, q2, q3, q4, q5, q6, q7, x + 896, s0, s1, t7);
  }
  store<f32>(y, horizontalSum(t0) * factor);
  store<f32>(y + yBytes, horizontalSum(t1) * factor);
  store<f32>(y + 2 * yBytes, horizontalSum(t2) * factor);
  store<f32>(y + 3 * yBytes, horizontalSum(t3) * factor);
  store<f32>(y + 4 * yBytes, horizontalSum(t4) * factor);
  store<f32>(y + 5 * yBytes, horizontalSum(t5) * factor);
  store<f32>(y + 6 * yBytes, horizontalSum(t6) * factor);
  store<f32>(y + 7 * yBytes, horizontalSum(t7) * factor);
}

// @ts-ignore: decorator
@inline
function linear(
  mode: i32, x: usize, rows: i32, columns: i32, w: usize, scales: usize, globalScale: usize, y: usize, outputs: i32, begin: i32, end: i32,
): void {
  const units = <usize>((columns + 31) >> 5), yBytes = <usize>outputs << 2;
  const factor = globalFactor(globalScale);
  for (let o = begin; o < end; o++) {
    const weights = w + <usize>o * rowBytes(mode, columns), groups = scales + <usize>o * rowGroups(mode, columns);
    for (let row = 0; row < rows; ) {
      const block = blockRows(row, rows);
      const input = x + ((<usize>row * units) << 7), output = y + <usize>row * yBytes + (<usize>o << 2);
      if (block == 8) dot8(mode, input, units, weights, groups, factor, output, yBytes);
      else if (block == 4) dot4(mode, input, units, weights, groups, factor, output, yBytes);
      else dot1(mode, input, units, weights, groups, factor, output);
      row += block;
    }
  }
}

/**
 * Outputs `begin` to `end` of a linear on mxfp4 weights.
 * @param globalScale - address of a factor for the whole matrix; 0: none
 */
export function mxfp4(
  x: usize, rows: i32, columns: i32, w: usize, scales: usize, globalScale: usize, y: usize, outputs: i32, begin: i32, end: i32,
): void {
  linear(MXFP4, x, rows, columns, w, scales, globalScale, y, outputs, begin, end);
}

/** Outputs `begin` to `end` of a linear on nvfp4 weights; see {@link mxfp4}. */
export function nvfp4(
  x: usize, rows: i32, columns: i32, w: usize, scales: usize, globalScale: usize, y: usize, outputs: i32, begin: i32, end: i32,
): void {
  linear(NVFP4, x, rows, columns, w, scales, globalScale, y, outputs, begin, end);
}

/** Outputs `begin` to `end` of a linear on mxfp8 weights; see {@link mxfp4}. */
export function mxfp8(
  x: usize, rows: i32, columns: i32, w: usize, scales: usize, globalScale: usize, y: usize, outputs: i32, begin: i32, end: i32,
): void {
  linear(MXFP8, x, rows, columns, w, scales, globalScale, y, outputs, begin, end);
}

/** Rows of a matrix of quantized floats by token id, as float32. */
export function embeddingFloat(mode: i32, ids: usize, rows: i32, columns: i32, w: usize, scales: usize, globalScale: usize, y: usize): void {
  const factor = globalFactor(globalScale), shift = mode == NVFP4 ? 4 : 5;
  for (let row = 0; row < rows; row++) {
    const id = <usize>load<u32>(ids + (<usize>row << 2));
    const weights = w + id * rowBytes(mode, columns), groups = scales + id * rowGroups(mode, columns);
    for (let column = 0; column < columns; column++, y += 4) {
      const scale = load<f32>(floatScale(mode, groups, column >> shift));
      store<f32>(y, floatWeight(mode, weights, column) * scale * factor);
    }
  }
}

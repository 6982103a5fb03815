import { floatScale, floatWeight, globalFactor, NVFP4, rowBytes, rowGroups } from './float-formats';

// Values that MLX keeps in bfloat16 in a float32 model, see `GraphValue.precision`: float32 rounded to bfloat16.

/** Rounds four lanes to bfloat16, to nearest and ties to even. */
// @ts-ignore: decorator
@inline
function round(x: v128): v128 {
  const odd = v128.and(i32x4.shr_u(x, 16), i32x4.splat(1));
  return v128.and(i32x4.add(i32x4.add(x, i32x4.splat(0x7fff)), odd), i32x4.splat(0xffff0000));
}

/** Rounds elements in place. */
export function roundBFloat16(y: usize, count: i32): void {
  for (const end = y + (<usize>count << 2); y < end; y += 16) v128.store(y, round(v128.load(y)));
}

/** Multiplies elements in place, and rounds them. */
export function scaleBFloat16(y: usize, count: i32, factor: f32): void {
  for (const end = y + (<usize>count << 2); y < end; y += 16) v128.store(y, round(f32x4.mul(v128.load(y), f32x4.splat(factor))));
}

// @ts-ignore: decorator
@inline
function roundOne(x: f32): f32 {
  return f32x4.extract_lane(round(f32x4.splat(x)), 0);
}

// @ts-ignore: decorator
@inline
function rotate(x: usize, y: usize, first: usize, second: usize, amplitude: f32, table: usize, halfBytes: usize): void {
  const a = roundOne(load<f32>(x + first) * amplitude), b = roundOne(load<f32>(x + second) * amplitude);
  const cosine = roundOne(load<f32>(table)), sine = roundOne(load<f32>(table + halfBytes));
  store<f32>(y + first, roundOne(roundOne(a * cosine) - roundOne(b * sine)));
  store<f32>(y + second, roundOne(roundOne(a * sine) + roundOne(b * cosine)));
}

/** `rope` in bfloat16, with an amplitude that is not in the table. */
export function ropeBFloat16(
  x: usize, rows: i32, heads: i32, dimensions: i32, rotary: i32, traditional: i32, amplitude: f32, table: usize, y: usize,
): void {
  const halfBytes = <usize>(rotary >> 1) << 2, bytes = <usize>dimensions << 2, factor = roundOne(amplitude);
  for (let row = 0; row < rows; row++, table += 2 * halfBytes) {
    for (let head = 0; head < heads; head++, x += bytes, y += bytes) {
      for (let i: usize = 0; i < halfBytes; i += 4) {
        if (traditional) rotate(x, y, 2 * i, 2 * i + 4, factor, table + i, halfBytes);
        else rotate(x, y, i, halfBytes + i, factor, table + i, halfBytes);
      }
      if (x != y) memory.copy(y + 2 * halfBytes, x + 2 * halfBytes, bytes - 2 * halfBytes);
    }
  }
}

// @ts-ignore: decorator
@inline
function weights(mode: i32, w: usize, step: usize, column: i32): v128 {
  let v = f32x4.splat(floatWeight(mode, w, column));
  v = f32x4.replace_lane(v, 1, floatWeight(mode, w + step, column));
  v = f32x4.replace_lane(v, 2, floatWeight(mode, w + 2 * step, column));
  return f32x4.replace_lane(v, 3, floatWeight(mode, w + 3 * step, column));
}

// @ts-ignore: decorator
@inline
function groupScales(mode: i32, scales: usize, step: usize, group: usize): v128 {
  let v = v128.load32_zero(floatScale(mode, scales, group));
  v = v128.load_lane<f32>(floatScale(mode, scales + step, group), v, 1);
  v = v128.load_lane<f32>(floatScale(mode, scales + 2 * step, group), v, 2);
  return v128.load_lane<f32>(floatScale(mode, scales + 3 * step, group), v, 3);
}

/** One row by four outputs, `step` and `scaleStep` bytes from one to the next; each step of the sums is rounded. */
function dot4(mode: i32, x: usize, columns: i32, w: usize, step: usize, scales: usize, scaleStep: usize): v128 {
  const groupSize = mode == NVFP4 ? 16 : 32;
  let sum = f32x4.splat(0);
  for (let column = 0, group: usize = 0; column < columns; group++) {
    let part = f32x4.splat(0);
    for (const end = min(columns, column + groupSize); column < end; column++, x += 4) {
      part = round(f32x4.add(part, round(f32x4.mul(v128.load32_splat(x), weights(mode, w, step, column)))));
    }
    sum = round(f32x4.add(sum, round(f32x4.mul(groupScales(mode, scales, scaleStep, group), part))));
  }
  return sum;
}

/** Outputs `begin` to `end` of a linear on quantized floats, in bfloat16; inputs lie as they are. */
export function linearBFloat16(
  mode: i32, x: usize, rows: i32, columns: i32, w: usize, scales: usize, globalScale: usize, y: usize, outputs: i32, begin: i32, end: i32,
): void {
  const bytes = rowBytes(mode, columns), groups = rowGroups(mode, columns);
  const factors = f32x4.splat(globalFactor(globalScale));
  for (let o = begin; o < end; ) {
    // The last outputs one by one: all lanes are the same one.
    const count = end - o >= 4 ? 4 : 1;
    const step = count == 4 ? bytes : 0, scaleStep = count == 4 ? groups : 0;
    for (let row = 0; row < rows; row++) {
      const sum = dot4(mode, x + (<usize>(row * columns) << 2), columns, w + <usize>o * bytes, step, scales + <usize>o * groups, scaleStep);
      const result = round(f32x4.mul(sum, factors));
      const to = y + (<usize>(row * outputs + o) << 2);
      if (count == 4) v128.store(to, result);
      else store<f32>(to, f32x4.extract_lane(result, 0));
    }
    o += count;
  }
}

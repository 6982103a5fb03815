import { softmaxWeights } from './softmax-weights';
import { horizontalMax, horizontalSum, loadPartial, madd } from './simd';

// One number of each row: four lanes over whole vectors, then what is left as one more vector, in one order for all.

/** Σ x */
// @ts-ignore: decorator
@inline
export function sumOf(x: usize, columns: i32): f32 {
  const whole = x + (<usize>(columns & ~3) << 2), rest = columns & 3;
  let sum = f32x4.splat(0);
  for (; x < whole; x += 16) sum = f32x4.add(sum, v128.load(x));
  if (rest) sum = f32x4.add(sum, loadPartial(x, rest));
  return horizontalSum(sum);
}

/** Σ (x - mean)² */
// @ts-ignore: decorator
@inline
export function squaresOf(x: usize, columns: i32, mean: f32): f32 {
  const whole = x + (<usize>(columns & ~3) << 2), means = f32x4.splat(mean);
  let sum = f32x4.splat(0);
  for (; x < whole; x += 16) {
    const v = f32x4.sub(v128.load(x), means);
    sum = madd(v, v, sum);
  }
  let total = horizontalSum(sum);
  for (let i = columns & ~3; i < columns; i++, x += 4) {
    const v = load<f32>(x) - mean;
    total += v * v;
  }
  return total;
}

// @ts-ignore: decorator
@inline
function largestOf(x: usize, columns: i32): f32 {
  const whole = x + (<usize>(columns & ~3) << 2);
  let largest = f32x4.splat(-Infinity);
  for (; x < whole; x += 16) largest = f32x4.max(largest, v128.load(x));
  let result = horizontalMax(largest);
  for (let i = columns & ~3; i < columns; i++, x += 4) result = max<f32>(result, load<f32>(x));
  return result;
}

/** The sum (0), mean (1), greatest (2) or deviation (3) of each row. */
export function reduce(operation: i32, x: usize, rows: i32, columns: i32, y: usize): void {
  for (let row = 0; row < rows; row++, x += <usize>columns << 2, y += 4) {
    let result: f32;
    if (operation == 2) {
      result = largestOf(x, columns);
    } else {
      result = sumOf(x, columns);
      if (operation != 0) result = result / <f32>columns;
      if (operation == 3) result = sqrt<f32>(squaresOf(x, columns, result) / <f32>columns);
    }
    store<f32>(y, result);
  }
}

/** Softmax of each row. */
export function softmax(x: usize, rows: i32, columns: i32, y: usize): void {
  const bytes = <usize>columns << 2;
  for (let row = 0; row < rows; row++, x += bytes, y += bytes) {
    memory.copy(y, x, bytes);
    const factors = f32x4.splat(<f32>1 / softmaxWeights(y, 0, columns, 0));
    for (let i: usize = 0; i < bytes; i += 16) v128.store(y + i, f32x4.mul(v128.load(y + i), factors));
  }
}

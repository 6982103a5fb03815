import { horizontalSum, madd } from './simd';

// The gated delta rule, token by token and row by row of the state, so that a row stays in the nearest cache for both of its
// passes. Sums are a chain of four lanes, then what is left.

/** Multiplies a row of the state by its decay and returns its product with the key. */
// @ts-ignore: decorator
@inline
function decayRow(row: usize, count: i32, decay: usize, columns: i32, key: usize): f32 {
  const whole = <usize>(count & ~3) << 2;
  let sum = f32x4.splat(0);
  const factor = v128.load32_splat(decay);
  for (let i: usize = 0; i < whole; i += 16) {
    const s = f32x4.mul(v128.load(row + i), columns ? v128.load(decay + i) : factor);
    v128.store(row + i, s);
    sum = madd(s, v128.load(key + i), sum);
  }
  let total = horizontalSum(sum);
  for (let i = whole; i < <usize>count << 2; i += 4) {
    const s = load<f32>(row + i) * load<f32>(columns ? decay + i : decay);
    store<f32>(row + i, s);
    total += s * load<f32>(key + i);
  }
  return total;
}

/** Adds `change · key` to a row and returns its product with the query. */
// @ts-ignore: decorator
@inline
function updateRow(row: usize, count: i32, change: f32, key: usize, query: usize): f32 {
  const whole = <usize>(count & ~3) << 2;
  const changes = f32x4.splat(change);
  let sum = f32x4.splat(0);
  for (let i: usize = 0; i < whole; i += 16) {
    const s = madd(changes, v128.load(key + i), v128.load(row + i));
    v128.store(row + i, s);
    sum = madd(s, v128.load(query + i), sum);
  }
  let total = horizontalSum(sum);
  for (let i = whole; i < <usize>count << 2; i += 4) {
    const s = load<f32>(row + i) + change * load<f32>(key + i);
    store<f32>(row + i, s);
    total += s * load<f32>(query + i);
  }
  return total;
}

/**
 * Value heads `begin` to `end` of the gated delta rule over the next tokens of one sequence: queries and keys
 * `[rows, keyHeads, keyDimension]`, values `[rows, valueHeads, valueDimension]`, beta `[rows, valueHeads]`.
 * @param decay - `[rows, valueHeads]`, or with `columns` 1 `[rows, valueHeads, keyDimension]`
 * @param state - `[valueHeads, valueDimension, keyDimension]`
 */
export function gatedDelta(
  queries: usize, keys: usize, values: usize, decay: usize, beta: usize, rows: i32, keyHeads: i32, valueHeads: i32,
  keyDimension: i32, valueDimension: i32, columns: i32, state: usize, y: usize, begin: i32, end: i32,
): void {
  const rowBytes = <usize>keyDimension << 2;
  for (let head = begin; head < end; head++) {
    const keyHead = head / (valueHeads / keyHeads);
    const matrix = state + <usize>(head * valueDimension) * rowBytes;
    for (let row = 0; row < rows; row++) {
      const from = <usize>(row * keyHeads + keyHead) * rowBytes, vector = row * valueHeads + head;
      const factor = decay + (columns ? <usize>vector * rowBytes : <usize>vector << 2);
      const rate = load<f32>(beta + (<usize>vector << 2));
      for (let d = 0; d < valueDimension; d++) {
        const at = <usize>(vector * valueDimension + d) << 2, line = matrix + <usize>d * rowBytes;
        const known = decayRow(line, keyDimension, factor, columns, keys + from);
        store<f32>(y + at, updateRow(line, keyDimension, rate * (load<f32>(values + at) - known), keys + from, queries + from));
      }
    }
  }
}

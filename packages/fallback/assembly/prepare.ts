import { PRESCALES } from './constants';
import { fieldSource } from './layout';
import { horizontalSum } from './simd';

// Rows are laid out in blocks of 8, then at most one of 4, then single ones, as the kernels take them. A block holds
// `[unit][row][field][lane]`, so that a kernel runs through it with one pointer.

/** Rows of the block that begins at a row. */
// @ts-ignore: decorator
@inline
export function blockRows(row: i32, rows: i32): i32 {
  const left = rows - row;
  return left >= 8 ? 8 : left >= 4 ? 4 : 1;
}

/** Groups of a row, rounded up to whole vectors. */
// @ts-ignore: decorator
@inline
export function paddedGroups(columns: i32, groupSize: i32): i32 {
  return (columns / groupSize + 3) & ~3;
}

function prepareUnit(bits: i32, x: usize, out: usize): void {
  for (let field = 0; field < 8; field++) {
    const scale = load<f32>(PRESCALES + <usize>(bits * 32 + field * 4));
    for (let lane = 0; lane < 4; lane++) {
      const value = load<f32>(x + (<usize>fieldSource(bits, field, lane) << 2));
      store<f32>(out + <usize>(field * 16 + lane * 4), value * scale);
    }
  }
}

function prepareSums(x: usize, columns: i32, groupSize: i32, sums: usize): void {
  const groups = columns / groupSize;
  const padded = paddedGroups(columns, groupSize);
  for (let group = 0; group < padded; group++) {
    let sum = f32x4.splat(0);
    if (group < groups) {
      for (let i = 0; i < groupSize; i += 4, x += 16) sum = f32x4.add(sum, v128.load(x));
    }
    store<f32>(sums + (<usize>group << 2), horizontalSum(sum));
  }
}

/**
 * Brings inputs `[rows, columns]` into the order of the packed fields and sums each group of them.
 * @param out - `[rows · columns]` floats
 * @param sums - `[rows, paddedGroups]` floats
 */
export function prepareInput(bits: i32, x: usize, rows: i32, columns: i32, groupSize: i32, out: usize, sums: usize): void {
  const rowBytes = <usize>columns << 2;
  const sumBytes = <usize>paddedGroups(columns, groupSize) << 2;
  for (let row = 0; row < rows; ) {
    const block = blockRows(row, rows);
    const base = out + <usize>row * rowBytes;
    for (let r = 0; r < block; r++) {
      const input = x + <usize>(row + r) * rowBytes;
      for (let unit = 0; unit < columns >> 5; unit++) {
        prepareUnit(bits, input + (<usize>unit << 7), base + (<usize>(unit * block + r) << 7));
      }
      prepareSums(input, columns, groupSize, sums + <usize>(row + r) * sumBytes);
    }
    row += block;
  }
}

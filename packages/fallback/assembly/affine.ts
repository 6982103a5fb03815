import { convertGroups, TILE } from './affine-scales';
import { dot1x1, dot1x2, dot4x1, dot8x1 } from './affine-dot';
import { elementShift } from './half';
import { blockRows, paddedGroups } from './prepare';

// y = x · Wᵀ on packed weights: for each group scale · Σ q·x + bias · Σ x. Inputs come from `prepareInput`.

// @ts-ignore: decorator
@inline
function tileRow(bits: i32, x: usize, columns: i32, unitShift: i32, w: usize, rowBytes: usize, scales: usize, padded: i32, sums: usize, biases: usize, y: usize, count: i32): void {
  const scaleBytes = <usize>padded << 2;
  let j = 0;
  for (; j + 2 <= count; j += 2) {
    dot1x2(bits, x, columns, unitShift, w + <usize>j * rowBytes, rowBytes, scales + <usize>j * scaleBytes, padded, sums, biases + <usize>j * scaleBytes, y + (<usize>j << 2));
  }
  if (j < count) dot1x1(bits, x, columns, unitShift, w + <usize>j * rowBytes, scales + <usize>j * scaleBytes, padded, sums, biases + <usize>j * scaleBytes, y + (<usize>j << 2));
}

// @ts-ignore: decorator
@inline
function linear(
  bits: i32, x: usize, sums: usize, rows: i32, columns: i32, groupSize: i32, w: usize, scales: usize, biases: usize, scaleType: i32,
  y: usize, outputs: i32, begin: i32, end: i32, scratch: usize,
): void {
  const groups = columns / groupSize;
  const padded = paddedGroups(columns, groupSize);
  const unitShift = 31 - clz(groupSize) - 5;
  const rowBytes = <usize>(columns >> 5) * bits * 4;
  const groupBytes = <usize>groups << elementShift(scaleType);
  const padBytes = <usize>padded << 2;
  const yBytes = <usize>outputs << 2;
  const tileScales = scratch, tileBiases = scratch + <usize>TILE * padBytes;
  for (let o = begin; o < end; o += TILE) {
    const count = min(TILE, end - o);
    for (let j = 0; j < count; j++) {
      convertGroups(scaleType, scales + <usize>(o + j) * groupBytes, tileScales + <usize>j * padBytes, padded);
      convertGroups(scaleType, biases + <usize>(o + j) * groupBytes, tileBiases + <usize>j * padBytes, padded);
    }
    const tile = w + <usize>o * rowBytes;
    for (let row = 0; row < rows; ) {
      const block = blockRows(row, rows);
      const input = x + (<usize>(row * columns) << 2), inputSums = sums + <usize>row * padBytes;
      const output = y + <usize>row * yBytes + (<usize>o << 2);
      if (block == 8) {
        for (let j = 0; j < count; j++) dot8x1(bits, input, columns, unitShift, tile + <usize>j * rowBytes, tileScales + <usize>j * padBytes, padded, inputSums, tileBiases + <usize>j * padBytes, output + (<usize>j << 2), yBytes);
      } else if (block == 4) {
        for (let j = 0; j < count; j++) dot4x1(bits, input, columns, unitShift, tile + <usize>j * rowBytes, tileScales + <usize>j * padBytes, padded, inputSums, tileBiases + <usize>j * padBytes, output + (<usize>j << 2), yBytes);
      } else {
        tileRow(bits, input, columns, unitShift, tile, rowBytes, tileScales, padded, inputSums, tileBiases, output, count);
      }
      row += block;
    }
  }
}

/** Outputs `begin` to `end` of a linear on 2-bit weights; `scratch` holds 2 · TILE rows of padded groups. */
export function affine2(
  x: usize, sums: usize, rows: i32, columns: i32, groupSize: i32, w: usize, scales: usize, biases: usize, scaleType: i32,
  y: usize, outputs: i32, begin: i32, end: i32, scratch: usize,
): void {
  linear(2, x, sums, rows, columns, groupSize, w, scales, biases, scaleType, y, outputs, begin, end, scratch);
}

/** Outputs `begin` to `end` of a linear on 3-bit weights; `scratch` holds 2 · TILE rows of padded groups. */
export function affine3(
  x: usize, sums: usize, rows: i32, columns: i32, groupSize: i32, w: usize, scales: usize, biases: usize, scaleType: i32,
  y: usize, outputs: i32, begin: i32, end: i32, scratch: usize,
): void {
  linear(3, x, sums, rows, columns, groupSize, w, scales, biases, scaleType, y, outputs, begin, end, scratch);
}

/** Outputs `begin` to `end` of a linear on 4-bit weights; `scratch` holds 2 · TILE rows of padded groups. */
export function affine4(
  x: usize, sums: usize, rows: i32, columns: i32, groupSize: i32, w: usize, scales: usize, biases: usize, scaleType: i32,
  y: usize, outputs: i32, begin: i32, end: i32, scratch: usize,
): void {
  linear(4, x, sums, rows, columns, groupSize, w, scales, biases, scaleType, y, outputs, begin, end, scratch);
}

/** Outputs `begin` to `end` of a linear on 5-bit weights; `scratch` holds 2 · TILE rows of padded groups. */
export function affine5(
  x: usize, sums: usize, rows: i32, columns: i32, groupSize: i32, w: usize, scales: usize, biases: usize, scaleType: i32,
  y: usize, outputs: i32, begin: i32, end: i32, scratch: usize,
): void {
  linear(5, x, sums, rows, columns, groupSize, w, scales, biases, scaleType, y, outputs, begin, end, scratch);
}

/** Outputs `begin` to `end` of a linear on 6-bit weights; `scratch` holds 2 · TILE rows of padded groups. */
export function affine6(
  x: usize, sums: usize, rows: i32, columns: i32, groupSize: i32, w: usize, scales: usize, biases: usize, scaleType: i32,
  y: usize, outputs: i32, begin: i32, end: i32, scratch: usize,
): void {
  linear(6, x, sums, rows, columns, groupSize, w, scales, biases, scaleType, y, outputs, begin, end, scratch);
}

/** Outputs `begin` to `end` of a linear on 8-bit weights; `scratch` holds 2 · TILE rows of padded groups. */
export function affine8(
  x: usize, sums: usize, rows: i32, columns: i32, groupSize: i32, w: usize, scales: usize, biases: usize, scaleType: i32,
  y: usize, outputs: i32, begin: i32, end: i32, scratch: usize,
): void {
  linear(8, x, sums, rows, columns, groupSize, w, scales, biases, scaleType, y, outputs, begin, end, scratch);
}

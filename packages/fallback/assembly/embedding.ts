import { elementShift, loadFloat } from './half';

/** One packed weight; a row is a little-endian bit stream. */
// @ts-ignore: decorator
@inline
function packed(bits: i32, row: usize, column: i32): u32 {
  const bit = column * bits;
  const p = row + <usize>(bit >> 3);
  const shift = bit & 7;
  // A second byte is read only where the weight reaches into it: the last weight ends with the row.
  let value: u32 = load<u8>(p);
  if (shift + bits > 8) value |= <u32>load<u8>(p, 1) << 8;
  return (value >> shift) & ((1 << bits) - 1);
}

/** Rows of an affine matrix by token id, as float32. */
export function embeddingAffine(bits: i32, ids: usize, rows: i32, columns: i32, groupSize: i32, w: usize, scales: usize, biases: usize, scaleType: i32, y: usize): void {
  const groups = columns / groupSize, shift = elementShift(scaleType);
  for (let row = 0; row < rows; row++) {
    const id = <usize>load<u32>(ids + (<usize>row << 2));
    const weights = w + id * <usize>((columns >> 5) * bits * 4);
    const first = id * groups;
    for (let column = 0; column < columns; column++, y += 4) {
      const group = (first + column / groupSize) << shift;
      const q = <f32>packed(bits, weights, column);
      store<f32>(y, q * loadFloat(scaleType, scales + group) + loadFloat(scaleType, biases + group));
    }
  }
}

/** Rows of a dense matrix by token id, as float32. */
export function embeddingDense(type: i32, ids: usize, rows: i32, columns: i32, w: usize, y: usize): void {
  const shift = elementShift(type);
  for (let row = 0; row < rows; row++) {
    const from = w + ((<usize>load<u32>(ids + (<usize>row << 2)) * columns) << shift);
    for (let column = 0; column < columns; column++, y += 4) store<f32>(y, loadFloat(type, from + (<usize>column << shift)));
  }
}

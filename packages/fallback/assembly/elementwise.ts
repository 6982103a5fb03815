import { exponential } from './exponential';

// Element-wise work on whole buffers. Counts are rounded up to vectors: every buffer is padded to 16 bytes.

/** `left + right`. */
export function add(left: usize, right: usize, count: i32, y: usize): void {
  for (let i: usize = 0; i < <usize>count << 2; i += 16) v128.store(y + i, f32x4.add(v128.load(left + i), v128.load(right + i)));
}

/** `gate / (1 + e^-gate) · up`. */
export function gatedSilu(gate: usize, up: usize, count: i32, y: usize): void {
  const one = f32x4.splat(1);
  for (let i: usize = 0; i < <usize>count << 2; i += 16) {
    const g = v128.load(gate + i);
    const silu = f32x4.div(g, f32x4.add(one, exponential(f32x4.neg(g))));
    v128.store(y + i, f32x4.mul(silu, v128.load(up + i)));
  }
}

/** Adds a vector to every row, in place. */
export function addBias(y: usize, bias: usize, rows: i32, columns: i32): void {
  for (let row = 0; row < rows; row++) {
    for (let i: usize = 0; i < <usize>columns << 2; i += 4, y += 4) store<f32>(y, load<f32>(y) + load<f32>(bias + i));
  }
}

/** Rows by index. */
export function selectRows(x: usize, indices: usize, rows: i32, columns: i32, y: usize): void {
  const bytes = <usize>columns << 2;
  for (let row = 0; row < rows; row++) memory.copy(y + <usize>row * bytes, x + <usize>load<u32>(indices + (<usize>row << 2)) * bytes, bytes);
}


/** e^x, for tests of its precision. */
export function exponentials(x: usize, count: i32, y: usize): void {
  for (let i: usize = 0; i < <usize>count << 2; i += 16) v128.store(y + i, exponential(v128.load(x + i)));
}

import { squaresOf, sumOf } from './reduce';

// Norms of rows. Outputs are written in ascending order, whole vectors at a time: what is written past a row is overwritten
// by the next one, and past the last lies in the buffer's padding.

/** `x / sqrt(mean(x²) + epsilon) · w` of each row. */
export function rmsNorm(x: usize, w: usize, rows: i32, columns: i32, epsilon: f32, y: usize): void {
  const bytes = <usize>columns << 2;
  for (let row = 0; row < rows; row++, x += bytes, y += bytes) {
    const factors = f32x4.splat(<f32>1 / sqrt<f32>(squaresOf(x, columns, 0) / <f32>columns + epsilon));
    for (let i: usize = 0; i < bytes; i += 16) v128.store(y + i, f32x4.mul(f32x4.mul(v128.load(x + i), factors), v128.load(w + i)));
  }
}

/** {@link rmsNorm} by `w + offset`, or with no weight (0) by 1. */
export function rmsNormOffset(x: usize, w: usize, offset: f32, rows: i32, columns: i32, epsilon: f32, y: usize): void {
  for (let row = 0; row < rows; row++) {
    const factor = <f32>1 / sqrt<f32>(squaresOf(x, columns, 0) / <f32>columns + epsilon);
    scaleRow(x, 0, factor, w, offset, 0, columns, y);
    x += <usize>columns << 2;
    y += <usize>columns << 2;
  }
}

/** `(x - mean) / sqrt(variance + epsilon) · (w + offset) + bias` of each row; without a weight (0) or a bias (0) without them. */
export function layerNorm(x: usize, w: usize, offset: f32, bias: usize, rows: i32, columns: i32, epsilon: f32, y: usize): void {
  for (let row = 0; row < rows; row++) {
    const mean = sumOf(x, columns) / <f32>columns;
    const factor = <f32>1 / sqrt<f32>(squaresOf(x, columns, mean) / <f32>columns + epsilon);
    scaleRow(x, mean, factor, w, offset, bias, columns, y);
    x += <usize>columns << 2;
    y += <usize>columns << 2;
  }
}

/** `x / max(sqrt(Σ x²), epsilon)` of each row. */
export function l2Norm(x: usize, rows: i32, columns: i32, epsilon: f32, y: usize): void {
  for (let row = 0; row < rows; row++) {
    scaleRow(x, 0, <f32>1 / max<f32>(sqrt<f32>(squaresOf(x, columns, 0)), epsilon), 0, 0, 0, columns, y);
    x += <usize>columns << 2;
    y += <usize>columns << 2;
  }
}

function scaleRow(x: usize, mean: f32, factor: f32, w: usize, offset: f32, bias: usize, columns: i32, y: usize): void {
  const means = f32x4.splat(mean), factors = f32x4.splat(factor), offsets = f32x4.splat(offset);
  for (let i: usize = 0; i < <usize>columns << 2; i += 16) {
    let v = f32x4.mul(f32x4.sub(v128.load(x + i), means), factors);
    if (w) v = f32x4.mul(v, f32x4.add(v128.load(w + i), offsets));
    if (bias) v = f32x4.add(v, v128.load(bias + i));
    v128.store(y + i, v);
  }
}

import { horizontalSum, loadPartial, madd } from './simd';

/** `x / sqrt(mean(x²) + epsilon) · w` of each row. */
export function rmsNorm(x: usize, w: usize, rows: i32, columns: i32, epsilon: f32, y: usize): void {
  const whole = <usize>(columns & ~3) << 2, rest = columns & 3;
  for (let row = 0; row < rows; row++) {
    let squares = f32x4.splat(0);
    for (let i: usize = 0; i < whole; i += 16) squares = madd(v128.load(x + i), v128.load(x + i), squares);
    if (rest) {
      const v = loadPartial(x + whole, rest);
      squares = madd(v, v, squares);
    }
    const factor: f32 = <f32>1 / sqrt<f32>(horizontalSum(squares) / <f32>columns + epsilon);
    const factors = f32x4.splat(factor);
    for (let i: usize = 0; i < whole; i += 16) v128.store(y + i, f32x4.mul(f32x4.mul(v128.load(x + i), factors), v128.load(w + i)));
    for (let i = whole; i < <usize>columns << 2; i += 4) store<f32>(y + i, load<f32>(x + i) * factor * load<f32>(w + i));
    x += <usize>columns << 2;
    y += <usize>columns << 2;
  }
}

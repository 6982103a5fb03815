import { exponential } from './exponential';

/** Adds a vector to every row, in place. */
export function addBias(y: usize, bias: usize, rows: i32, columns: i32): void {
  const whole = <usize>(columns & ~3) << 2;
  for (let row = 0; row < rows; row++, y += <usize>columns << 2) {
    for (let i: usize = 0; i < whole; i += 16) v128.store(y + i, f32x4.add(v128.load(y + i), v128.load(bias + i)));
    for (let i = whole; i < <usize>columns << 2; i += 4) store<f32>(y + i, load<f32>(y + i) + load<f32>(bias + i));
  }
}

/** e^x, for tests of its precision. */
export function exponentials(x: usize, count: i32, y: usize): void {
  for (let i: usize = 0; i < <usize>count << 2; i += 16) v128.store(y + i, exponential(v128.load(x + i)));
}

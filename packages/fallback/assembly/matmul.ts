import { madd } from './simd';

/** Products of `[a, b]` and `[b, c]`, row by row; each element is added up over b in order. */
export function matmul(left: usize, right: usize, rows: i32, a: i32, b: i32, c: i32, y: usize): void {
  const inner = <usize>b << 2, bytes = <usize>c << 2;
  for (let row = 0; row < rows; row++, right += inner * <usize>c) {
    for (let i = 0; i < a; i++, left += inner, y += bytes) {
      // Whole vectors: what is read past a line is another one's, and what is written past it is overwritten.
      for (let j: usize = 0; j < bytes; j += 16) {
        let sum = f32x4.splat(0), w = right + j;
        for (let k: usize = 0; k < inner; k += 4, w += bytes) sum = madd(v128.load32_splat(left + k), v128.load(w), sum);
        v128.store(y + j, sum);
      }
    }
  }
}

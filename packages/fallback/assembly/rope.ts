// @ts-ignore: decorator
@inline
function rotate(x: usize, y: usize, first: usize, second: usize, cosine: f32, sine: f32): void {
  const a = load<f32>(x + first), b = load<f32>(x + second);
  store<f32>(y + first, a * cosine - b * sine);
  store<f32>(y + second, a * sine + b * cosine);
}

/**
 * Rotary embedding of `[rows, heads, dimensions]`; in place where `y` is `x`.
 * @param table - `[rows, 2, rotary / 2]`: cosines and sines, amplitude included
 */
export function rope(x: usize, rows: i32, heads: i32, dimensions: i32, rotary: i32, traditional: i32, table: usize, y: usize): void {
  const half = rotary >> 1, halfBytes = <usize>half << 2;
  for (let row = 0; row < rows; row++, table += 2 * halfBytes) {
    for (let head = 0; head < heads; head++) {
      let i: usize = 0;
      if (traditional) {
        for (; i < halfBytes; i += 4) rotate(x, y, 2 * i, 2 * i + 4, load<f32>(table + i), load<f32>(table + halfBytes + i));
      } else {
        for (; i + 16 <= halfBytes; i += 16) {
          const a = v128.load(x + i), b = v128.load(x + halfBytes + i);
          const cosine = v128.load(table + i), sine = v128.load(table + halfBytes + i);
          v128.store(y + i, f32x4.sub(f32x4.mul(a, cosine), f32x4.mul(b, sine)));
          v128.store(y + halfBytes + i, f32x4.add(f32x4.mul(a, sine), f32x4.mul(b, cosine)));
        }
        for (; i < halfBytes; i += 4) rotate(x, y, i, halfBytes + i, load<f32>(table + i), load<f32>(table + halfBytes + i));
      }
      if (x != y) memory.copy(y + 2 * halfBytes, x + 2 * halfBytes, <usize>(dimensions - rotary) << 2);
      x += <usize>dimensions << 2;
      y += <usize>dimensions << 2;
    }
  }
}

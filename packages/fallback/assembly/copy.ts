/** Copies elements of 4 bytes over four loops, from one order into another; steps are in bytes. */
export function copy(
  x: usize, y: usize, size0: i32, size1: i32, size2: i32, size3: i32,
  x0: usize, x1: usize, x2: usize, x3: usize, y0: usize, y1: usize, y2: usize, y3: usize,
): void {
  const dense = x3 == 4 && y3 == 4, bytes = <usize>size3 << 2;
  for (let i = 0; i < size0; i++, x += x0, y += y0) {
    let p1 = x, q1 = y;
    for (let j = 0; j < size1; j++, p1 += x1, q1 += y1) {
      let p2 = p1, q2 = q1;
      for (let k = 0; k < size2; k++, p2 += x2, q2 += y2) {
        if (dense) {
          memory.copy(q2, p2, bytes);
        } else {
          let p = p2, q = q2;
          for (let l = 0; l < size3; l++, p += x3, q += y3) store<u32>(q, load<u32>(p));
        }
      }
    }
  }
}

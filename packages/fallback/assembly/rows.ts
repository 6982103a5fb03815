/** Rows by index. */
export function selectRows(x: usize, indices: usize, rows: i32, columns: i32, y: usize): void {
  const bytes = <usize>columns << 2;
  for (let row = 0; row < rows; row++) memory.copy(y + <usize>row * bytes, x + <usize>load<u32>(indices + (<usize>row << 2)) * bytes, bytes);
}

/** Ids below `limit`, and 0 for the others. */
export function limitIds(ids: usize, rows: i32, limit: u32, y: usize): void {
  for (let i: usize = 0; i < <usize>rows << 2; i += 4) {
    const id = load<u32>(ids + i);
    store<u32>(y + i, id < limit ? id : 0);
  }
}

/** One vector of a sequence's `rows`: the mean (0), the greatest of each column (1), the first (2) or the last (3). */
export function pool(mode: i32, x: usize, rows: i32, columns: i32, y: usize): void {
  const bytes = <usize>columns << 2;
  memory.copy(y, mode == 3 ? x + <usize>(rows - 1) * bytes : x, bytes);
  if (mode >= 2) return;
  for (let row = 1; row < rows; row++) {
    x += bytes;
    for (let i: usize = 0; i < bytes; i += 4) {
      const value = load<f32>(x + i), known = load<f32>(y + i);
      store<f32>(y + i, mode == 0 ? known + value : max<f32>(known, value));
    }
  }
  if (mode == 0) for (let i: usize = 0; i < bytes; i += 4) store<f32>(y + i, load<f32>(y + i) / <f32>rows);
}

/** `Σ weight · vector` of each row's `count` vectors. */
export function combine(x: usize, weights: usize, rows: i32, count: i32, columns: i32, y: usize): void {
  const bytes = <usize>columns << 2;
  for (let row = 0; row < rows; row++) {
    for (let i: usize = 0; i < bytes; i += 16) {
      let sum = f32x4.splat(0);
      for (let j = 0; j < count; j++) {
        const weighted = f32x4.mul(v128.load32_splat(weights + (<usize>j << 2)), v128.load(x + <usize>j * bytes + i));
        sum = f32x4.add(sum, weighted);
      }
      v128.store(y + i, sum);
    }
    x += <usize>count * bytes;
    weights += <usize>count << 2;
    y += bytes;
  }
}

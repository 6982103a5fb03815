// Functions of two values. Four loops run over elements that may lie in different ways on both sides; the output lies
// densely and is written in ascending order, whole vectors at a time, so that what is written past a run is overwritten
// by the next one and past the last lies in the buffer's padding.

// @ts-ignore: decorator
@inline
function apply(operation: i32, a: v128, b: v128): v128 {
  if (operation == 0) return f32x4.add(a, b);
  if (operation == 1) return f32x4.sub(a, b);
  if (operation == 2) return f32x4.mul(a, b);
  if (operation == 3) return f32x4.div(a, b);
  if (operation == 4) return f32x4.min(a, b);
  return f32x4.max(a, b);
}

// @ts-ignore: decorator
@inline
function gather(p: usize, step: usize): v128 {
  if (step == 4) return v128.load(p);
  if (step == 0) return v128.load32_splat(p);
  const v = v128.load32_zero(p);
  const w = v128.load_lane<u32>(p + step, v, 1);
  return v128.load_lane<u32>(p + 3 * step, v128.load_lane<u32>(p + 2 * step, w, 2), 3);
}

/** One run of `count` elements. */
function run(operation: i32, a: usize, aStep: usize, b: usize, bStep: usize, count: i32, y: usize): void {
  const end = y + (<usize>count << 2);
  if (aStep == 4 && bStep == 4) {
    // Where both sides lie densely, which is most of the work.
    if (operation == 0) for (; y < end; y += 16, a += 16, b += 16) v128.store(y, f32x4.add(v128.load(a), v128.load(b)));
    else if (operation == 2) for (; y < end; y += 16, a += 16, b += 16) v128.store(y, f32x4.mul(v128.load(a), v128.load(b)));
    else for (; y < end; y += 16, a += 16, b += 16) v128.store(y, apply(operation, v128.load(a), v128.load(b)));
    return;
  }
  for (; y + 16 <= end; y += 16, a += 4 * aStep, b += 4 * bStep) v128.store(y, apply(operation, gather(a, aStep), gather(b, bStep)));
  for (; y < end; y += 4, a += aStep, b += bStep) {
    store<f32>(y, f32x4.extract_lane(apply(operation, v128.load32_splat(a), v128.load32_splat(b)), 0));
  }
}

/** A function of two values over four loops; steps are in bytes. */
export function binary(
  operation: i32, a: usize, b: usize, y: usize, size0: i32, size1: i32, size2: i32, size3: i32,
  a0: usize, a1: usize, a2: usize, a3: usize, b0: usize, b1: usize, b2: usize, b3: usize,
): void {
  for (let i = 0; i < size0; i++, a += a0, b += b0) {
    let p1 = a, q1 = b;
    for (let j = 0; j < size1; j++, p1 += a1, q1 += b1) {
      let p2 = p1, q2 = q1;
      for (let k = 0; k < size2; k++, p2 += a2, q2 += b2, y += <usize>size3 << 2) run(operation, p2, a3, q2, b3, size3, y);
    }
  }
}

import { madd } from './simd';

/** Tokens of a block of the cache; the same as in `src/lowering/state-layout.ts`. */
// @ts-ignore: decorator
@inline export const BLOCK: i32 = 256;

/** 16 elements of Σ weight · value over tokens `first` to `end`, in the order of the tokens. */
// @ts-ignore: decorator
@inline
function mix16(weights: usize, first: i32, end: i32, base: usize, step: usize, table: usize, factor: v128, y: usize): void {
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
  for (let token = first; token < end; ) {
    let v = <usize>load<u32>(table + (<usize>(token / BLOCK) << 2)) + base + <usize>(token & (BLOCK - 1)) * step;
    const blockEnd = min(end, (token | (BLOCK - 1)) + 1);
    for (; token < blockEnd; token++, v += step, weights += 4) {
      const p = v128.load32_splat(weights);
      s0 = madd(p, v128.load(v), s0);
      s1 = madd(p, v128.load(v, 16), s1);
      s2 = madd(p, v128.load(v, 32), s2);
      s3 = madd(p, v128.load(v, 48), s3);
    }
  }
  v128.store(y, f32x4.mul(s0, factor));
  v128.store(y, f32x4.mul(s1, factor), 16);
  v128.store(y, f32x4.mul(s2, factor), 32);
  v128.store(y, f32x4.mul(s3, factor), 48);
}

// @ts-ignore: decorator
@inline
function mix1(weights: usize, first: i32, end: i32, base: usize, step: usize, table: usize, factor: f32, y: usize): void {
  let sum: f32 = 0;
  for (let token = first; token < end; token++, weights += 4) {
    const block = <usize>load<u32>(table + (<usize>(token / BLOCK) << 2)) + base;
    sum += load<f32>(weights) * load<f32>(block + <usize>(token & (BLOCK - 1)) * step);
  }
  store<f32>(y, sum * factor);
}

/**
 * `factor · Σ weight · value` over tokens `first` to `end`.
 * @param base - where the values of a block's first token lie in the block
 * @param step - bytes from one token's values to the next one's
 */
// @ts-ignore: decorator
@inline
export function mixValues(weights: usize, first: i32, end: i32, base: usize, step: usize, dimension: i32, table: usize, factor: f32, y: usize): void {
  let i = 0;
  for (; i + 16 <= dimension; i += 16, base += 64, y += 64) mix16(weights, first, end, base, step, table, f32x4.splat(factor), y);
  for (; i < dimension; i++, base += 4, y += 4) mix1(weights, first, end, base, step, table, factor, y);
}

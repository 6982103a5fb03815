import { exponential } from './exponential';
import { horizontalMax, horizontalSum, loadPartial, madd } from './simd';

// The cache is paged: `table` holds the address of each block of 256 tokens; an attention's keys and values lie at
// fixed offsets in every block. Keys `[heads][16 tiles][dimension][16 tokens]`, so that scores of 16 tokens are computed
// without sums across lanes; values `[heads][256 tokens][dimension]`.

// @ts-ignore: decorator
@inline const BLOCK: i32 = 256;

/** Appends `[rows, heads, dimension]` keys at token positions `start` and on. */
export function appendKeys(x: usize, rows: i32, start: i32, heads: i32, dimension: i32, table: usize, offset: usize): void {
  for (let row = 0; row < rows; row++) {
    const position = start + row, token = position & (BLOCK - 1);
    const block = <usize>load<u32>(table + (<usize>(position / BLOCK) << 2)) + offset;
    for (let head = 0; head < heads; head++) {
      let to = block + (<usize>((head * BLOCK + (token & ~15)) * dimension + (token & 15)) << 2);
      for (let i = 0; i < dimension; i++, x += 4, to += 64) store<f32>(to, load<f32>(x));
    }
  }
}

/** Appends `[rows, heads, dimension]` values at token positions `start` and on. */
export function appendValues(x: usize, rows: i32, start: i32, heads: i32, dimension: i32, table: usize, offset: usize): void {
  const bytes = <usize>dimension << 2;
  for (let row = 0; row < rows; row++) {
    const position = start + row, token = position & (BLOCK - 1);
    const block = <usize>load<u32>(table + (<usize>(position / BLOCK) << 2)) + offset;
    for (let head = 0; head < heads; head++, x += bytes) memory.copy(block + <usize>(head * BLOCK + token) * bytes, x, bytes);
  }
}

/** Scaled scores of one query against whole tiles of keys, into `scores`, padded to 16 tokens. */
// @ts-ignore: decorator
@inline
function computeScores(query: usize, tokens: i32, head: i32, dimension: i32, scale: v128, table: usize, offset: usize, scores: usize): void {
  for (let token = 0; token < tokens; token += 16, scores += 64) {
    let keys = <usize>load<u32>(table + (<usize>(token / BLOCK) << 2)) + offset;
    keys += <usize>((head * BLOCK + (token & (BLOCK - 1))) * dimension) << 2;
    let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
    for (let i: usize = 0; i < <usize>dimension << 2; i += 4, keys += 64) {
      const q = v128.load32_splat(query + i);
      s0 = madd(q, v128.load(keys), s0);
      s1 = madd(q, v128.load(keys, 16), s1);
      s2 = madd(q, v128.load(keys, 32), s2);
      s3 = madd(q, v128.load(keys, 48), s3);
    }
    v128.store(scores, f32x4.mul(s0, scale));
    v128.store(scores, f32x4.mul(s1, scale), 16);
    v128.store(scores, f32x4.mul(s2, scale), 32);
    v128.store(scores, f32x4.mul(s3, scale), 48);
  }
}

/** Makes scores into e^(score - max) and returns their sum; what pads the last vector becomes 0. */
// @ts-ignore: decorator
@inline
function softmaxWeights(scores: usize, tokens: i32): f32 {
  const whole = scores + (<usize>(tokens & ~3) << 2), rest = tokens & 3;
  let largest = f32x4.splat(-Infinity);
  for (let p = scores; p < whole; p += 16) largest = f32x4.max(largest, v128.load(p));
  let peak = horizontalMax(largest);
  for (let i: usize = 0; i < <usize>rest; i++) peak = max<f32>(peak, load<f32>(whole + (i << 2)));
  const peaks = f32x4.splat(peak);
  let sum = f32x4.splat(0);
  for (let p = scores; p < whole; p += 16) {
    const e = exponential(f32x4.sub(v128.load(p), peaks));
    v128.store(p, e);
    sum = f32x4.add(sum, e);
  }
  if (rest) {
    v128.store(whole, exponential(f32x4.sub(v128.load(whole), peaks)));
    sum = f32x4.add(sum, loadPartial(whole, rest));
  }
  return horizontalSum(sum);
}

/** 16 elements of Σ weight · value, in the order of the tokens. */
// @ts-ignore: decorator
@inline
function mix16(weights: usize, tokens: i32, base: usize, step: usize, table: usize, factor: v128, y: usize): void {
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
  for (let token = 0; token < tokens; table += 4) {
    let v = <usize>load<u32>(table) + base;
    const end = min(tokens, token + BLOCK);
    for (; token < end; token++, v += step, weights += 4) {
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
function mix1(weights: usize, tokens: i32, base: usize, step: usize, table: usize, factor: f32, y: usize): void {
  let sum: f32 = 0;
  for (let token = 0; token < tokens; token++, weights += 4) {
    const block = <usize>load<u32>(table + (<usize>(token / BLOCK) << 2)) + base;
    sum += load<f32>(weights) * load<f32>(block + <usize>(token & (BLOCK - 1)) * step);
  }
  store<f32>(y, sum * factor);
}

/** One query of one head over the first `tokens` of its sequence. */
function attend(
  query: usize, tokens: i32, head: i32, keyDimension: i32, valueDimension: i32, scale: f32, table: usize, keys: usize, values: usize, scores: usize, y: usize,
): void {
  computeScores(query, tokens, head, keyDimension, f32x4.splat(scale), table, keys, scores);
  const factor: f32 = <f32>1 / softmaxWeights(scores, tokens);
  const step = <usize>valueDimension << 2;
  let base = values + <usize>(head * BLOCK) * step;
  let i = 0;
  for (; i + 16 <= valueDimension; i += 16, base += 64, y += 64) mix16(scores, tokens, base, step, table, f32x4.splat(factor), y);
  for (; i < valueDimension; i++, base += 4, y += 4) mix1(scores, tokens, base, step, table, factor, y);
}

/**
 * Causal attention of `[rows, heads, keyDimension]` queries at token positions `start` and on, whose keys and values are
 * in the cache already; key heads `begin` to `end`.
 * @param scores - room for start + rows floats, rounded up to 16
 */
export function attention(
  queries: usize, rows: i32, start: i32, heads: i32, keyHeads: i32, keyDimension: i32, valueDimension: i32, scale: f32,
  table: usize, keys: usize, values: usize, scores: usize, y: usize, begin: i32, end: i32,
): void {
  const group = heads / keyHeads;
  for (let keyHead = begin; keyHead < end; keyHead++) {
    for (let row = 0; row < rows; row++) {
      for (let head = keyHead * group; head < (keyHead + 1) * group; head++) {
        attend(
          queries + (<usize>((row * heads + head) * keyDimension) << 2), start + row + 1, keyHead, keyDimension, valueDimension, scale,
          table, keys, values, scores, y + (<usize>((row * heads + head) * valueDimension) << 2),
        );
      }
    }
  }
}

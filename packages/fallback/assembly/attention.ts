import { roundBFloat16, scaleBFloat16 } from './bfloat16';
import { BLOCK, mixValues } from './mix-values';
import { madd } from './simd';
import { softcap, softmaxWeights } from './softmax-weights';

// The cache is paged: `table` holds the address of each block of 256 tokens; an attention's keys and values lie at
// fixed offsets in every block. Keys `[heads][16 tiles][dimension][16 tokens]`, so that scores of 16 tokens are computed
// without sums across lanes; values `[heads][256 tokens][dimension]`.

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

/** Scores of one query against whole tiles of keys, from token `first` (a multiple of 16) to `end`, padded to 16 tokens. */
// @ts-ignore: decorator
@inline
function computeScores(
  query: usize, first: i32, end: i32, head: i32, dimension: i32, scale: v128, cap: f32, table: usize, offset: usize, scores: usize,
): void {
  for (let token = first; token < end; token += 16, scores += 64) {
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
    v128.store(scores, softcap(f32x4.mul(s0, scale), cap));
    v128.store(scores, softcap(f32x4.mul(s1, scale), cap), 16);
    v128.store(scores, softcap(f32x4.mul(s2, scale), cap), 32);
    v128.store(scores, softcap(f32x4.mul(s3, scale), cap), 48);
  }
}

/** One query of one head over tokens `first` to `end` of its sequence. */
function attend(
  query: usize, first: i32, end: i32, head: i32, keyDimension: i32, valueDimension: i32, scale: f32, cap: f32, sink: usize,
  rounded: i32, table: usize, keys: usize, values: usize, scores: usize, y: usize,
): void {
  const tile = first & ~15, skip = first & 15;
  computeScores(query, tile, end, head, keyDimension, f32x4.splat(scale), cap, table, keys, scores);
  if (rounded) roundBFloat16(scores, end - tile);
  let factor: f32 = <f32>1 / softmaxWeights(scores, skip, end - tile, sink);
  if (rounded) {
    scaleBFloat16(scores, end - tile, factor);
    factor = 1;
  }
  const step = <usize>valueDimension << 2;
  mixValues(scores + (<usize>skip << 2), first, end, values + <usize>(head * BLOCK) * step, step, valueDimension, table, factor, y);
}

/**
 * Attention of `[rows, heads, keyDimension]` queries at token positions `start` and on, whose keys and values are in the
 * cache already; key heads `begin` to `end`.
 * @param tokens - how many the sequence has, with all of this step
 * @param causal - 0: a token sees those behind it too
 * @param window - tokens that are seen, the own one included, and as many behind where it is not causal; 0: all
 * @param cap - see `softcap`
 * @param sinks - address of a score for each head that only adds to the sum; 0: none
 * @param rounded - 1: scores and their softmax are rounded to bfloat16
 * @param scores - room for so many floats, rounded up to 16, and 16 more
 */
export function attention(
  queries: usize, rows: i32, start: i32, tokens: i32, heads: i32, keyHeads: i32, keyDimension: i32, valueDimension: i32, scale: f32,
  causal: i32, window: i32, cap: f32, sinks: usize, rounded: i32,
  table: usize, keys: usize, values: usize, scores: usize, y: usize, begin: i32, end: i32,
): void {
  const group = heads / keyHeads;
  for (let keyHead = begin; keyHead < end; keyHead++) {
    for (let row = 0; row < rows; row++) {
      const position = start + row;
      const first = window ? max(0, position - window + 1) : 0;
      const last = causal ? position + 1 : window ? min(tokens, position + window) : tokens;
      for (let head = keyHead * group; head < (keyHead + 1) * group; head++) {
        attend(
          queries + (<usize>((row * heads + head) * keyDimension) << 2), first, last, keyHead, keyDimension, valueDimension, scale, cap,
          sinks ? sinks + (<usize>head << 2) : 0,
          rounded, table, keys, values, scores, y + (<usize>((row * heads + head) * valueDimension) << 2),
        );
      }
    }
  }
}

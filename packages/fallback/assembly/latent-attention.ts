import { BLOCK, mixValues } from './mix-values';
import { horizontalSum, madd } from './simd';
import { softmaxWeights } from './softmax-weights';

// Latent attention in its absorbed form: one key head, whose key is a token's latent with its rotated key behind it, and
// whose value is the latent alone. Both lie in the paged cache once, `[256 tokens][rank + rope]`.

/** Appends `[rows, rank]` latents and `[rows, rope]` rotated keys at token positions `start` and on. */
export function appendLatents(latents: usize, keys: usize, rows: i32, start: i32, rank: i32, rope: i32, table: usize, offset: usize): void {
  const latentBytes = <usize>rank << 2, keyBytes = <usize>rope << 2;
  for (let row = 0; row < rows; row++, latents += latentBytes, keys += keyBytes) {
    const position = start + row;
    const block = <usize>load<u32>(table + (<usize>(position / BLOCK) << 2)) + offset;
    const to = block + <usize>(position & (BLOCK - 1)) * (latentBytes + keyBytes);
    memory.copy(to, latents, latentBytes);
    memory.copy(to + latentBytes, keys, keyBytes);
  }
}

// @ts-ignore: decorator
@inline
function dotRest(x: usize, y: usize, from: i32, count: i32, sum: f32): f32 {
  for (let i = <usize>from << 2; i < <usize>count << 2; i += 4) sum += load<f32>(x + i) * load<f32>(y + i);
  return sum;
}

/** One token's score: a chain of four lanes over latent and rotated key, then what is left of each. */
// @ts-ignore: decorator
@inline
function finishScore(sum: v128, query: usize, rotated: usize, key: usize, rank: i32, rope: i32): f32 {
  const latent = dotRest(query, key, rank & ~3, rank, horizontalSum(sum));
  return dotRest(rotated, key + (<usize>rank << 2), rope & ~3, rope, latent);
}

/** Scores of four tokens, one after another in a block. */
// @ts-ignore: decorator
@inline
function score4(query: usize, rotated: usize, key: usize, rank: i32, rope: i32, scale: f32, scores: usize): void {
  const step = <usize>(rank + rope) << 2, rankBytes = <usize>rank << 2;
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
  for (let i: usize = 0; i < <usize>(rank & ~3) << 2; i += 16) {
    const q = v128.load(query + i), p = key + i;
    s0 = madd(q, v128.load(p), s0);
    s1 = madd(q, v128.load(p + step), s1);
    s2 = madd(q, v128.load(p + 2 * step), s2);
    s3 = madd(q, v128.load(p + 3 * step), s3);
  }
  for (let i: usize = 0; i < <usize>(rope & ~3) << 2; i += 16) {
    const q = v128.load(rotated + i), p = key + rankBytes + i;
    s0 = madd(q, v128.load(p), s0);
    s1 = madd(q, v128.load(p + step), s1);
    s2 = madd(q, v128.load(p + 2 * step), s2);
    s3 = madd(q, v128.load(p + 3 * step), s3);
  }
  store<f32>(scores, scale * finishScore(s0, query, rotated, key, rank, rope));
  store<f32>(scores, scale * finishScore(s1, query, rotated, key + step, rank, rope), 4);
  store<f32>(scores, scale * finishScore(s2, query, rotated, key + 2 * step, rank, rope), 8);
  store<f32>(scores, scale * finishScore(s3, query, rotated, key + 3 * step, rank, rope), 12);
}

/**
 * Causal attention of queries `[rows, heads, rank]` and `[rows, heads, rope]` at token positions `start` and on, whose latents
 * are in the cache already, to `[rows, heads, rank]`; heads `begin` to `end`.
 * @param scores - room for start + rows floats, rounded up to 16
 */
export function latentAttention(
  queries: usize, rotated: usize, rows: i32, start: i32, heads: i32, rank: i32, rope: i32, scale: f32,
  table: usize, offset: usize, scores: usize, y: usize, begin: i32, end: i32,
): void {
  const step = <usize>(rank + rope) << 2;
  for (let head = begin; head < end; head++) {
    for (let row = 0; row < rows; row++) {
      const tokens = start + row + 1, vector = row * heads + head;
      const query = queries + (<usize>(vector * rank) << 2), rotatedQuery = rotated + (<usize>(vector * rope) << 2);
      for (let token = 0; token < tokens; token += 4) {
        const block = <usize>load<u32>(table + (<usize>(token / BLOCK) << 2)) + offset;
        score4(query, rotatedQuery, block + <usize>(token & (BLOCK - 1)) * step, rank, rope, scale, scores + (<usize>token << 2));
      }
      const factor: f32 = <f32>1 / softmaxWeights(scores, 0, tokens, 0);
      mixValues(scores, 0, tokens, offset, step, rank, table, factor, y + (<usize>(vector * rank) << 2));
    }
  }
}

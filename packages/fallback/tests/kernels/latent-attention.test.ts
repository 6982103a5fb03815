import { expect, test } from 'vitest';
import { KernelMemory } from './kernel-memory.js';
import { Random } from './random.js';

interface Shape {
  readonly heads: number;
  readonly rank: number;
  readonly rope: number;
  readonly tokens: number;
}

const shapes: readonly Shape[] = [{ heads: 3, rank: 32, rope: 8, tokens: 270 }, { heads: 2, rank: 7, rope: 6, tokens: 21 }];

test.each(shapes)('latent attention is right for %o, and the same to the bit for any chunks', async (shape) => {
  const { heads, rank, rope, tokens } = shape;
  const { queries, rotated, latents, keys } = inputs(shape);
  const found = await attend(shape, [tokens]);
  for (const row of [0, 3, tokens - 1]) {
    for (let head = 0; head < heads; head++) {
      const dot = (a: Float32Array, first: number, b: Float32Array, second: number, size: number): number =>
        Array.from({ length: size }, (_, i) => (a[first * size + i] as number) * (b[second * size + i] as number)).reduce((sum, term) => sum + term, 0);
      const weights = Array.from({ length: row + 1 }, (_, token) =>
        Math.exp(0.25 * (dot(queries, row * heads + head, latents, token, rank) + dot(rotated, row * heads + head, keys, token, rope))));
      const total = weights.reduce((a, b) => a + b);
      for (let i = 0; i < rank; i++) {
        const expected = weights.reduce((sum, weight, token) => sum + weight * (latents[token * rank + i] as number), 0) / total;
        expect(found[(row * heads + head) * rank + i]).toBeCloseTo(expected, 5);
      }
    }
  }
  for (const chunk of [1, 7]) {
    const chunks = Array.from({ length: Math.ceil(tokens / chunk) }, (_, index) => Math.min(chunk, tokens - index * chunk));
    expect(await attend(shape, chunks)).toEqual(found);
  }
});

function inputs({ heads, rank, rope, tokens }: Shape): Record<'queries' | 'rotated' | 'latents' | 'keys', Float32Array> {
  const random = new Random(tokens);
  return {
    queries: random.floats(tokens * heads * rank, 2),
    rotated: random.floats(tokens * heads * rope, 2),
    latents: random.floats(tokens * rank),
    keys: random.floats(tokens * rope),
  };
}

async function attend(shape: Shape, chunks: readonly number[]): Promise<Float32Array> {
  const { heads, rank, rope, tokens } = shape;
  const memory = await KernelMemory.create();
  const { queries, rotated, latents, keys } = inputs(shape);
  const offset = 64;
  const blocks = Array.from({ length: Math.ceil(tokens / 256) }, () => memory.allocate(offset + 256 * (rank + rope) * 4));
  const table = memory.words(blocks.reverse());
  const [q, r, l, k] = [memory.floats(queries), memory.floats(rotated), memory.floats(latents), memory.floats(keys)];
  const scores = memory.allocate((tokens + 16) * 4);
  const y = memory.allocate(tokens * heads * rank * 4);
  let start = 0;
  for (const rows of chunks) {
    memory.kernels.appendLatents(l + start * rank * 4, k + start * rope * 4, rows, start, rank, rope, table, offset);
    for (let head = 0; head < heads; head++) {
      memory.kernels.latentAttention(
        q + start * heads * rank * 4, r + start * heads * rope * 4, rows, start, heads, rank, rope, 0.25, table, offset, scores,
        y + start * heads * rank * 4, head, head + 1,
      );
    }
    start += rows;
  }
  return memory.read(y, tokens * heads * rank);
}

import { expect, test } from 'vitest';
import { KernelMemory } from './kernel-memory.js';
import { Random } from './random.js';
import { round } from './round.js';

interface Shape {
  readonly heads: number;
  readonly keyHeads: number;
  readonly keyDimension: number;
  readonly valueDimension: number;
  readonly tokens: number;
  /** Default true. */
  readonly causal?: boolean;
  readonly window?: number;
  readonly softcap?: number;
  readonly sinks?: boolean;
  /** Scores and shares in bfloat16. */
  readonly rounded?: boolean;
}

const shapes: readonly Shape[] = [
  { heads: 9, keyHeads: 3, keyDimension: 64, valueDimension: 64, tokens: 37 },
  { heads: 4, keyHeads: 4, keyDimension: 32, valueDimension: 16, tokens: 300 },
  { heads: 2, keyHeads: 1, keyDimension: 5, valueDimension: 7, tokens: 33 },
  { heads: 2, keyHeads: 2, keyDimension: 64, valueDimension: 80, tokens: 530 },
  { heads: 4, keyHeads: 2, keyDimension: 16, valueDimension: 16, tokens: 290, window: 1 },
  { heads: 4, keyHeads: 2, keyDimension: 16, valueDimension: 16, tokens: 290, window: 21, sinks: true },
  { heads: 2, keyHeads: 1, keyDimension: 12, valueDimension: 20, tokens: 70, softcap: 2 },
  { heads: 2, keyHeads: 1, keyDimension: 8, valueDimension: 16, tokens: 40, sinks: true, softcap: 5, window: 16 },
  { heads: 2, keyHeads: 1, keyDimension: 16, valueDimension: 16, tokens: 60, rounded: true },
];

const bidirectional: readonly Shape[] = [
  { heads: 2, keyHeads: 2, keyDimension: 16, valueDimension: 16, tokens: 275, causal: false },
  { heads: 2, keyHeads: 1, keyDimension: 16, valueDimension: 8, tokens: 275, causal: false, window: 30 },
];

test.each([...shapes, ...bidirectional])('attention is right for %o', async (shape) => {
  const { heads, keyHeads, keyDimension, valueDimension, tokens, causal = true, window = Infinity, softcap } = shape;
  const { queries, keys, values } = inputs(shape);
  const found = await attend(shape, [tokens]);
  const scale = 1 / Math.sqrt(keyDimension);
  const settle = shape.rounded === true ? round : (x: number): number => x;
  for (let row = 0; row < tokens; row += Math.max(1, Math.floor(tokens / 7))) {
    for (let head = 0; head < heads; head++) {
      const keyHead = Math.floor((head * keyHeads) / heads);
      const scores = Array.from({ length: tokens }, (_, token) => {
        if (token <= row - window || token >= (causal ? row + 1 : row + window)) return 0;
        let dot = 0;
        for (let i = 0; i < keyDimension; i++) {
          dot += (queries[(row * heads + head) * keyDimension + i] as number) * (keys[(token * keyHeads + keyHead) * keyDimension + i] as number);
        }
        return Math.exp(softcap === undefined ? settle(dot * scale) : softcap * Math.tanh((dot * scale) / softcap));
      });
      const total = scores.reduce((a, b) => a + b) + (shape.sinks === true ? Math.exp(sinkOf(head)) : 0);
      for (let i = 0; i < valueDimension; i++) {
        const expected = scores.reduce((sum, score, token) => sum + settle(score / total) * (values[(token * keyHeads + keyHead) * valueDimension + i] as number), 0);
        expect(found[(row * heads + head) * valueDimension + i]).toBeCloseTo(expected, 4);
      }
    }
  }
});

test.each(shapes)('attention is the same to the bit for any chunks of %o', async (shape) => {
  const whole = await attend(shape, [shape.tokens]);
  for (const chunk of [1, 7, 64]) {
    const chunks = Array.from({ length: Math.ceil(shape.tokens / chunk) }, (_, index) => Math.min(chunk, shape.tokens - index * chunk));
    expect(await attend(shape, chunks)).toEqual(whole);
  }
});

/** Any number for each head. */
function sinkOf(head: number): number {
  return 1.5 * head - 1;
}

function inputs({ heads, keyHeads, keyDimension, valueDimension, tokens }: Shape): Record<'queries' | 'keys' | 'values', Float32Array> {
  const random = new Random(tokens);
  return {
    queries: random.floats(tokens * heads * keyDimension, 3),
    keys: random.floats(tokens * keyHeads * keyDimension, 3),
    values: random.floats(tokens * keyHeads * valueDimension),
  };
}

/** Attention of all tokens, in steps of some; blocks lie in memory in another order than in the sequence. */
async function attend(shape: Shape, chunks: readonly number[]): Promise<Float32Array> {
  const { heads, keyHeads, keyDimension, valueDimension, tokens, causal = true, window = 0, softcap = 0 } = shape;
  const memory = await KernelMemory.create('plain', 16_000_000);
  const { kernels } = memory;
  const { queries, keys, values } = inputs(shape);
  const valueOffset = 256 * keyHeads * keyDimension * 4;
  const blocks = Array.from({ length: Math.ceil(tokens / 256) }, () => memory.allocate(valueOffset + 256 * keyHeads * valueDimension * 4));
  const table = memory.words(blocks.reverse());
  const [q, k, v] = [memory.floats(queries), memory.floats(keys), memory.floats(values)];
  const sinks = shape.sinks === true ? memory.floats(Array.from({ length: heads }, (_, head) => sinkOf(head))) : 0;
  const scores = memory.allocate((tokens + 32) * 4);
  const y = memory.allocate(tokens * heads * valueDimension * 4);
  let start = 0;
  for (const rows of chunks) {
    kernels.appendKeys(k + start * keyHeads * keyDimension * 4, rows, start, keyHeads, keyDimension, table, 0);
    kernels.appendValues(v + start * keyHeads * valueDimension * 4, rows, start, keyHeads, valueDimension, table, valueOffset);
    for (let head = 0; head < keyHeads; head++) {
      kernels.attention(
        q + start * heads * keyDimension * 4, rows, start, start + rows, heads, keyHeads, keyDimension, valueDimension, 1 / Math.sqrt(keyDimension),
        causal ? 1 : 0, window, softcap, sinks, shape.rounded === true ? 1 : 0, table, 0, valueOffset, scores, y + start * heads * valueDimension * 4, head, head + 1,
      );
    }
    start += rows;
  }
  return memory.read(y, tokens * heads * valueDimension);
}

import { expect, test } from 'vitest';
import { KernelMemory } from './kernel-memory.js';
import { Random } from './random.js';

/** Runs `step` for all tokens at once, one by one and in chunks: they have to agree to the bit, and the first answer is returned. */
async function sameInAnyChunks(
  tokens: number, run: (memory: KernelMemory, step: (work: (start: number, rows: number) => void) => void) => Float32Array,
): Promise<Float32Array> {
  const results: Float32Array[] = [];
  for (const chunk of [tokens, 1, 3]) {
    const memory = await KernelMemory.create();
    results.push(run(memory, (work) => {
      for (let start = 0; start < tokens; start += chunk) work(start, Math.min(chunk, tokens - start));
    }));
  }
  for (const result of results) expect(result).toEqual(results[0]);
  return results[0] as Float32Array;
}

function expectClose(found: Float32Array, expected: ArrayLike<number>): void {
  expect(found).toHaveLength(expected.length);
  found.forEach((value, index) => expect(value).toBeCloseTo(expected[index] as number, 4));
}

test.each([[8, 3, true, true], [10, 4, false, false], [3, 2, true, false], [4, 1, false, true]] as const)(
  'a causal convolution of %i channels and %i taps, bias: %s, silu: %s', async (channels, taps, biased, silu) => {
    const tokens = 11;
    const random = new Random(channels);
    const [x, w, b] = [random.floats(tokens * channels), random.floats(channels * taps), random.floats(channels)];
    const found = await sameInAnyChunks(tokens, (memory, step) => {
      const [input, weight, bias] = [memory.floats(x), memory.floats(w), biased ? memory.floats(b) : 0];
      const [state, y] = [memory.floats(new Float32Array((taps - 1) * channels)), memory.allocate(x.length * 4)];
      step((start, rows) => {
        for (const [begin, end] of [[0, channels & ~3], [channels & ~3, channels]] as const) {
          const first = start * channels * 4;
          memory.kernels.causalConv(input + first, rows, channels, taps - 1, weight, bias, silu ? 1 : 0, state, y + first, begin, end);
        }
      });
      return memory.read(y, x.length);
    });
    expectClose(found, Float64Array.from(x, (_, index) => {
      const [token, channel] = [Math.floor(index / channels), index % channels];
      let sum = biased ? (b[channel] as number) : 0;
      for (let k = 0; k < taps; k++) sum += (w[channel * taps + k] as number) * (x[(token - taps + 1 + k) * channels + channel] ?? 0);
      return silu ? sum / (1 + Math.exp(-sum)) : sum;
    }));
  },
);

test.each([[2, 4, 8, 6, false], [1, 2, 6, 3, true], [3, 3, 5, 4, false]] as const)(
  'the gated delta rule with %i key heads and %i value heads of %i and %i, a decay a column: %s', async (keyHeads, heads, dk, dv, columns) => {
    const tokens = 9;
    const random = new Random(dk);
    const [q, k, v] = [random.floats(tokens * keyHeads * dk), random.floats(tokens * keyHeads * dk), random.floats(tokens * heads * dv)];
    const decays = columns ? dk : 1;
    const g = Float32Array.from({ length: tokens * heads * decays }, () => 0.5 + random.next() / 2);
    const beta = Float32Array.from({ length: tokens * heads }, () => random.next());
    const found = await sameInAnyChunks(tokens, (memory, step) => {
      const [queries, keys, values, decay, rates] = [q, k, v, g, beta].map((values) => memory.floats(values)) as [number, number, number, number, number];
      const [state, y] = [memory.floats(new Float32Array(heads * dv * dk)), memory.allocate(v.length * 4)];
      step((start, rows) => {
        for (let head = 0; head < heads; head++) {
          memory.kernels.gatedDelta(
            queries + start * keyHeads * dk * 4, keys + start * keyHeads * dk * 4, values + start * heads * dv * 4,
            decay + start * heads * decays * 4, rates + start * heads * 4, rows, keyHeads, heads, dk, dv, columns ? 1 : 0,
            state, y + start * heads * dv * 4, head, head + 1,
          );
        }
      });
      return memory.read(y, v.length);
    });
    const expected = new Float64Array(v.length);
    for (let head = 0; head < heads; head++) {
      const keyHead = Math.floor((head * keyHeads) / heads);
      const s = new Float64Array(dv * dk);
      for (let token = 0; token < tokens; token++) {
        const [key, row] = [(token * keyHeads + keyHead) * dk, token * heads + head];
        for (let d = 0; d < dv; d++) {
          let known = 0;
          for (let i = 0; i < dk; i++) {
            s[d * dk + i] = (s[d * dk + i] as number) * (g[row * decays + (columns ? i : 0)] as number);
            known += (s[d * dk + i] as number) * (k[key + i] as number);
          }
          let out = 0;
          for (let i = 0; i < dk; i++) {
            s[d * dk + i] = (s[d * dk + i] as number) + (beta[row] as number) * ((v[row * dv + d] as number) - known) * (k[key + i] as number);
            out += (s[d * dk + i] as number) * (q[key + i] as number);
          }
          expected[row * dv + d] = out;
        }
      }
    }
    expectClose(found, expected);
  },
);

test.each([[4, 2, 3, 8, false], [2, 1, 4, 6, false], [6, 1, 1, 16, true], [2, 2, 1, 5, true]] as const)(
  'a scan with %i heads, %i groups, dimension %i and state %i, A for each column: %s', async (heads, groups, dimension, size, columns) => {
    const tokens = 10;
    const random = new Random(size);
    const x = random.floats(tokens * heads * dimension);
    const dt = Float32Array.from({ length: tokens * heads }, () => random.next());
    const a = Float32Array.from({ length: heads * (columns ? size : 1) }, () => -2 * random.next());
    const [b, c] = [random.floats(tokens * groups * size), random.floats(tokens * groups * size)];
    const found = await sameInAnyChunks(tokens, (memory, step) => {
      const [input, steps, factors, left, right] = [x, dt, a, b, c].map((values) => memory.floats(values)) as [number, number, number, number, number];
      const [state, y] = [memory.floats(new Float32Array(heads * dimension * size)), memory.allocate(x.length * 4)];
      step((start, rows) => {
        for (let head = 0; head < heads; head++) {
          memory.kernels.ssmScan(
            input + start * heads * dimension * 4, steps + start * heads * 4, factors, left + start * groups * size * 4,
            right + start * groups * size * 4, rows, heads, groups, dimension, size, columns ? 1 : 0, state,
            y + start * heads * dimension * 4, head, head + 1,
          );
        }
      });
      return memory.read(y, x.length);
    });
    const expected = new Float64Array(x.length);
    for (let head = 0; head < heads; head++) {
      const group = Math.floor((head * groups) / heads);
      for (let d = 0; d < dimension; d++) {
        const s = new Float64Array(size);
        for (let token = 0; token < tokens; token++) {
          const [row, from] = [token * heads + head, (token * groups + group) * size];
          let out = 0;
          for (let i = 0; i < size; i++) {
            const decay = Math.exp((dt[row] as number) * (a[columns ? head * size + i : head] as number));
            s[i] = (s[i] as number) * decay + (dt[row] as number) * (x[row * dimension + d] as number) * (b[from + i] as number);
            out += (s[i] as number) * (c[from + i] as number);
          }
          expected[row * dimension + d] = out;
        }
      }
    }
    expectClose(found, expected);
  },
);

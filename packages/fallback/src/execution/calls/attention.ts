import type { CallOf } from '../../lowering/kernel-call.js';
import type { CallSite, CompiledCall, StepContext } from '../compiled-call.js';

// Parts that the rows of a head are done in, where all of them would take too long.
const slices = 64;

/** Binds a call of `attention`. */
export function compileAttention(call: CallOf<'attention'>, { kernels, at }: CallSite): CompiledCall {
  const { heads, keyHeads, keyDimension, valueDimension, scale, state, append, window = 0, softcap = 0, sinks = 0 } = call;
  const [queries, keys, values, scores, output] = [at(call.queries), at(call.keys), at(call.values), at(call.scores), at(call.output)];
  const [causal, rounded] = [call.causal ? 1 : 0, call.rounded ? 1 : 0];
  return {
    range: keyHeads * slices,
    step: 1,
    work: (context) => (seenPairs(context) * (keyDimension + valueDimension) * (heads / keyHeads)) / slices,
    run: ({ segments }, begin, end) => {
      for (const { row, rows, start, table } of segments) {
        if (begin === 0 && append) {
          kernels.appendKeys(keys + row * keyHeads * keyDimension * 4, rows, start, keyHeads, keyDimension, table, state.keys);
          kernels.appendValues(values + row * keyHeads * valueDimension * 4, rows, start, keyHeads, valueDimension, table, state.values);
        }
        eachHead(begin, end, rows, (head, first, count) => kernels.attention(
          queries + (row + first) * heads * keyDimension * 4, count, start + first, start + rows, heads, keyHeads, keyDimension, valueDimension,
          scale, causal, window, softcap, sinks, rounded, table, state.keys, state.values, scores,
          output + (row + first) * heads * valueDimension * 4, head, head + 1,
        ));
      }
    },
  };
}

/** Binds a call of `latentAttention`. */
export function compileLatentAttention(call: CallOf<'latentAttention'>, { kernels, at }: CallSite): CompiledCall {
  const { heads, scale } = call;
  const { rank, ropeDimension, offset } = call.state;
  const [queries, rotatedQueries, latents, rotatedKeys] = [at(call.queries), at(call.rotatedQueries), at(call.latents), at(call.rotatedKeys)];
  const [scores, output] = [at(call.scores), at(call.output)];
  return {
    range: heads * slices,
    step: 1,
    work: (context) => (seenPairs(context) * (2 * rank + ropeDimension)) / slices,
    run: ({ segments }, begin, end) => {
      for (const { row, rows, start, table } of segments) {
        if (begin === 0) {
          kernels.appendLatents(latents + row * rank * 4, rotatedKeys + row * ropeDimension * 4, rows, start, rank, ropeDimension, table, offset);
        }
        eachHead(begin, end, rows, (head, first, count) => {
          const vector = (row + first) * heads * 4;
          kernels.latentAttention(
            queries + vector * rank, rotatedQueries + vector * ropeDimension, count, start + first, heads, rank, ropeDimension, scale,
            table, offset, scores, output + vector * rank, head, head + 1,
          );
        });
      }
    },
  };
}

/** Calls back for each head of a part of the range, with the rows that the part has of it. */
function eachHead(begin: number, end: number, rows: number, work: (head: number, first: number, count: number) => void): void {
  for (let head = Math.floor(begin / slices); head * slices < end; head++) {
    const first = Math.floor((rows * Math.max(begin - head * slices, 0)) / slices);
    const last = Math.floor((rows * Math.min(end - head * slices, slices)) / slices);
    if (last > first) work(head, first, last - first);
  }
}

/** Pairs of a query and a key that it may see, at most. */
function seenPairs({ segments }: StepContext): number {
  return segments.reduce((sum, { rows, start }) => sum + rows * (start + rows), 0);
}

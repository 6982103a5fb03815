import type { CallOf } from '../../lowering/kernel-call.js';
import type { CallSite, CompiledCall, StepContext } from '../compiled-call.js';

/** Binds a call of `attention`. */
export function compileAttention(call: CallOf<'attention'>, { kernels, at }: CallSite): CompiledCall {
  const { heads, keyHeads, keyDimension, valueDimension, scale, state, append, window = 0, softcap = 0, sinks = 0 } = call;
  const [queries, keys, values, scores, output] = [at(call.queries), at(call.keys), at(call.values), at(call.scores), at(call.output)];
  const causal = call.causal ? 1 : 0;
  return {
    range: keyHeads,
    step: 1,
    work: (context) => seenPairs(context) * (keyDimension + valueDimension) * (heads / keyHeads),
    run: ({ segments }, begin, end) => {
      for (const { row, rows, start, table } of segments) {
        if (begin === 0 && append) {
          kernels.appendKeys(keys + row * keyHeads * keyDimension * 4, rows, start, keyHeads, keyDimension, table, state.keys);
          kernels.appendValues(values + row * keyHeads * valueDimension * 4, rows, start, keyHeads, valueDimension, table, state.values);
        }
        kernels.attention(
          queries + row * heads * keyDimension * 4, rows, start, heads, keyHeads, keyDimension, valueDimension, scale, causal, window, softcap, sinks,
          table, state.keys, state.values, scores, output + row * heads * valueDimension * 4, begin, end,
        );
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
    range: heads,
    step: 1,
    work: (context) => seenPairs(context) * (2 * rank + ropeDimension),
    run: ({ segments }, begin, end) => {
      for (const { row, rows, start, table } of segments) {
        if (begin === 0) {
          kernels.appendLatents(latents + row * rank * 4, rotatedKeys + row * ropeDimension * 4, rows, start, rank, ropeDimension, table, offset);
        }
        kernels.latentAttention(
          queries + row * heads * rank * 4, rotatedQueries + row * heads * ropeDimension * 4, rows, start, heads, rank, ropeDimension, scale,
          table, offset, scores, output + row * heads * rank * 4, begin, end,
        );
      }
    },
  };
}

/** Pairs of a query and a key that it may see, at most. */
function seenPairs({ segments }: StepContext): number {
  return segments.reduce((sum, { rows, start }) => sum + rows * (start + rows), 0);
}

import type { CallOf } from '../../lowering/kernel-call.js';
import type { CallSite, CompiledCall } from '../compiled-call.js';

/** Binds a call of `causalConv`. */
export function compileCausalConv(call: CallOf<'causalConv'>, { kernels, at }: CallSite): CompiledCall {
  const { channels, width, weight, bias = 0, state } = call;
  const [input, output] = [at(call.input), at(call.output)];
  const silu = call.silu ? 1 : 0;
  return {
    range: channels,
    step: 4,
    work: ({ rows }) => rows * width,
    run: ({ segments }, begin, end) => {
      for (const { row, rows, states } of segments) {
        const first = row * channels * 4;
        kernels.causalConv(input + first, rows, channels, width - 1, weight, bias, silu, states + state.offset, output + first, begin, end);
      }
    },
  };
}

/** Binds a call of `gatedDelta`. */
export function compileGatedDelta(call: CallOf<'gatedDelta'>, { kernels, at }: CallSite): CompiledCall {
  const { keyHeads, heads, keyDimension, valueDimension, columnDecay, state } = call;
  const [queries, keys, values, decay, beta, output] = [at(call.queries), at(call.keys), at(call.values), at(call.decay), at(call.beta), at(call.output)];
  const decays = columnDecay ? keyDimension : 1;
  return {
    range: heads,
    step: 1,
    work: ({ rows }) => 4 * rows * keyDimension * valueDimension,
    run: ({ segments }, begin, end) => {
      for (const { row, rows, states } of segments) {
        const [key, value] = [row * keyHeads * keyDimension * 4, row * heads * valueDimension * 4];
        kernels.gatedDelta(
          queries + key, keys + key, values + value, decay + row * heads * decays * 4, beta + row * heads * 4, rows, keyHeads, heads,
          keyDimension, valueDimension, columnDecay ? 1 : 0, states + state.offset, output + value, begin, end,
        );
      }
    },
  };
}

/** Binds a call of `ssmScan`. */
export function compileSSMScan(call: CallOf<'ssmScan'>, { kernels, at }: CallSite): CompiledCall {
  const { heads, groups, dimension, stateSize, columnA, state } = call;
  const [input, dt, a, b, c, output] = [at(call.input), at(call.dt), at(call.a), at(call.b), at(call.c), at(call.output)];
  return {
    range: heads,
    step: 1,
    work: ({ rows }) => (columnA ? 16 : 3) * rows * dimension * stateSize,
    run: ({ segments }, begin, end) => {
      for (const { row, rows, states } of segments) {
        const [vector, group] = [row * heads * dimension * 4, row * groups * stateSize * 4];
        kernels.ssmScan(
          input + vector, dt + row * heads * 4, a, b + group, c + group, rows, heads, groups, dimension, stateSize, columnA ? 1 : 0,
          states + state.offset, output + vector, begin, end,
        );
      }
    },
  };
}

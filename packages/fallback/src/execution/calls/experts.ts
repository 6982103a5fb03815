import type { CallOf } from '../../lowering/kernel-call.js';
import { type CallSite, type CompiledCall, whole } from '../compiled-call.js';

// Numbers of the ways; the same as in `assembly/route.ts`.
const scorings = { softmax: 0, sigmoid: 1, logits: 2, sparsemixer: 3 } as const;
const normalizations = { add: 1, maximum: 2 } as const;
const groupScores = { max: 1, top2: 2 } as const;

/** Binds a call of `route`. */
export function compileRoute(call: CallOf<'route'>, { kernels, at }: CallSite): CompiledCall {
  const { experts, count, normalize, groups, scale, jitter, selectionBias = 0, expertScale = 0 } = call;
  const [input, scratch, indices, output] = [at(call.input), at(call.scratch), at(call.indices), at(call.output)];
  const [scoring, softmax] = [scorings[call.scoring], call.softmax ? 1 : 0];
  const [normalization, epsilon] = normalize === undefined ? [0, 0] : [normalizations[normalize.mode], normalize.epsilon];
  const [groupCount, keep, groupScore] = groups === undefined ? [1, 1, 1] : [groups.count, groups.keep, groupScores[groups.score]];
  return whole(({ rows }) => kernels.route(
    input, rows, experts, count, scoring, softmax, normalization, epsilon, groupCount, keep, groupScore, scale, jitter, selectionBias,
    expertScale, scratch, indices, output,
  ));
}

/** Binds a call of `combine`. */
export function compileCombine({ count, columns, ...call }: CallOf<'combine'>, { kernels, at }: CallSite): CompiledCall {
  const [input, weights, output] = [at(call.input), at(call.weights), at(call.output)];
  return whole(({ rows }) => kernels.combine(input, weights, rows, count, columns, output));
}

import type { CallOf } from '../../lowering/kernel-call.js';
import { type CallSite, type CompiledCall, whole } from '../compiled-call.js';
import { nestedLoops } from '../nested-loops.js';

/** Binds a call of `copy`. */
export function compileCopy({ sizes, from, to, ...call }: CallOf<'copy'>, { kernels, at }: CallSite): CompiledCall {
  const [input, output] = [at(call.input), at(call.output)];
  const calls = nestedLoops(sizes, from, to);
  return whole(({ rows }) => {
    for (const { first, second, loops: [a, b, c, d] } of calls(rows)) {
      kernels.copy(
        input + first, output + second, a.count, b.count, c.count, d.count, a.steps[0], b.steps[0], c.steps[0], d.steps[0],
        a.steps[1], b.steps[1], c.steps[1], d.steps[1],
      );
    }
  });
}

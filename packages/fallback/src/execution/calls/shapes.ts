import type { CallOf } from '../../lowering/kernel-call.js';
import { type CallSite, type CompiledCall, whole } from '../compiled-call.js';
import { runNested } from '../nested-loops.js';

export function compileCopy({ sizes, from, to, ...call }: CallOf<'copy'>, { kernels, at }: CallSite): CompiledCall {
  const addresses = [at(call.input), at(call.output)];
  return whole(({ rows }) =>
    runNested(rows, sizes, [from, to], addresses, ([input = 0, output = 0], [a, b, c, d]) => {
      if (a === undefined || b === undefined || c === undefined || d === undefined) return;
      kernels.copy(
        input, output, a.count, b.count, c.count, d.count, a.steps[0] ?? 0, b.steps[0] ?? 0, c.steps[0] ?? 0, d.steps[0] ?? 0,
        a.steps[1] ?? 0, b.steps[1] ?? 0, c.steps[1] ?? 0, d.steps[1] ?? 0,
      );
    }));
}

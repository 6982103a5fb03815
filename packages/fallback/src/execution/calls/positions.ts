import type { CallOf } from '../../lowering/kernel-call.js';
import { type CallSite, type CompiledCall, whole } from '../compiled-call.js';

/** Binds a call of `rope`. */
export function compileRope(call: CallOf<'rope'>, { kernels, at }: CallSite): CompiledCall {
  const { heads, dimensions, rotaryDimensions } = call;
  const [input, table, output] = [at(call.input), at(call.table), at(call.output)];
  const traditional = call.traditional ? 1 : 0;
  const { roundedAmplitude } = call;
  if (roundedAmplitude !== undefined) {
    return whole(({ rows }) => kernels.ropeBFloat16(input, rows, heads, dimensions, rotaryDimensions, traditional, roundedAmplitude, table, output));
  }
  return whole(({ rows }) => kernels.rope(input, rows, heads, dimensions, rotaryDimensions, traditional, table, output));
}

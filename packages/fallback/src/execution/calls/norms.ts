import type { CallOf } from '../../lowering/kernel-call.js';
import { type CallSite, type CompiledCall, whole } from '../compiled-call.js';

/** Binds a call of `rmsNorm`. */
export function compileRmsNorm(call: CallOf<'rmsNorm'>, { kernels, at }: CallSite): CompiledCall {
  const { weight = 0, weightOffset, columns, repeat, epsilon } = call;
  const [input, output] = [at(call.input), at(call.output)];
  if (weight !== 0 && weightOffset === 0) return whole(({ rows }) => kernels.rmsNorm(input, weight, rows * repeat, columns, epsilon, output));
  return whole(({ rows }) => kernels.rmsNormOffset(input, weight, weightOffset, rows * repeat, columns, epsilon, output));
}

/** Binds a call of `layerNorm`. */
export function compileLayerNorm(call: CallOf<'layerNorm'>, { kernels, at }: CallSite): CompiledCall {
  const { weight = 0, bias = 0, weightOffset, columns, repeat, epsilon } = call;
  const [input, output] = [at(call.input), at(call.output)];
  return whole(({ rows }) => kernels.layerNorm(input, weight, weightOffset, bias, rows * repeat, columns, epsilon, output));
}

/** Binds a call of `l2Norm`. */
export function compileL2Norm({ columns, repeat, epsilon, ...call }: CallOf<'l2Norm'>, { kernels, at }: CallSite): CompiledCall {
  const [input, output] = [at(call.input), at(call.output)];
  return whole(({ rows }) => kernels.l2Norm(input, rows * repeat, columns, epsilon, output));
}

import type { ReduceFunction } from '@mlxengine/core/graph';
import type { CallOf } from '../../lowering/kernel-call.js';
import { type CallSite, type CompiledCall, whole } from '../compiled-call.js';

/** Numbers of the functions; the same as in `assembly/reduce.ts`. */
const functions: Readonly<Record<ReduceFunction, number>> = { sum: 0, mean: 1, max: 2, deviation: 3 };

/** Binds a call of `reduce`. */
export function compileReduce({ columns, repeat, ...call }: CallOf<'reduce'>, { kernels, at }: CallSite): CompiledCall {
  const [input, output, operation] = [at(call.input), at(call.output), functions[call.function]];
  return whole(({ rows }) => kernels.reduce(operation, input, rows * repeat, columns, output));
}

/** Binds a call of `softmax`. */
export function compileSoftmax({ columns, repeat, ...call }: CallOf<'softmax'>, { kernels, at }: CallSite): CompiledCall {
  const [input, output] = [at(call.input), at(call.output)];
  return whole(({ rows }) => kernels.softmax(input, rows * repeat, columns, output));
}

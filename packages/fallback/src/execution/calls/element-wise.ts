import type { BinaryFunction, GatedActivation, UnaryFunction } from '@mlxengine/core/graph';
import type { CallOf } from '../../lowering/kernel-call.js';
import { type CallSite, type CompiledCall, whole } from '../compiled-call.js';
import { nestedLoops } from '../nested-loops.js';

/** Numbers of the functions; the same as in `assembly/unary.ts`. */
const unaryFunctions: Readonly<Record<UnaryFunction, number>> = {
  negative: 0, absolute: 1, exp: 2, log: 3, sqrt: 4, rsqrt: 5, square: 6, silu: 7, gelu: 8, geluTanh: 9, geluFast: 10, relu: 11, relu2: 12,
  sigmoid: 13, tanh: 14, softplus: 15,
};

/** Numbers of the functions; the same as in `assembly/binary.ts`. */
const binaryFunctions: Readonly<Record<BinaryFunction, number>> = { add: 0, subtract: 1, multiply: 2, divide: 3, minimum: 4, maximum: 5 };

/** Numbers of the activations: of unary functions, and one more. */
const activations: Readonly<Record<GatedActivation, number>> = {
  silu: 7, gelu: 8, geluTanh: 9, relu: 11, relu2: 12, sigmoid: 13, swigluOai: 16,
};

/** Binds a call of `unary`. */
export function compileUnary({ elements, ...call }: CallOf<'unary'>, { kernels, at }: CallSite): CompiledCall {
  const [input, output, operation] = [at(call.input), at(call.output), unaryFunctions[call.function]];
  return whole(({ rows }) => kernels.unary(operation, input, rows * elements, output));
}

/** Binds a call of `binary`. */
export function compileBinary({ sizes, leftLayout, rightLayout, ...call }: CallOf<'binary'>, { kernels, at }: CallSite): CompiledCall {
  const [left, right, output, operation] = [at(call.left), at(call.right), at(call.output), binaryFunctions[call.function]];
  const calls = nestedLoops(sizes, leftLayout, rightLayout);
  return whole(({ rows }) => {
    // The output lies densely, so that the kernel needs no steps of it.
    let next = output;
    for (const { first, second, loops: [a, b, c, d] } of calls(rows)) {
      kernels.binary(
        operation, left + first, right + second, next, a.count, b.count, c.count, d.count, a.steps[0], b.steps[0], c.steps[0], d.steps[0],
        a.steps[1], b.steps[1], c.steps[1], d.steps[1],
      );
      next += a.count * b.count * c.count * d.count * 4;
    }
  });
}

/** Binds a call of `scale`. */
export function compileScale({ factor, offset, elements, ...call }: CallOf<'scale'>, { kernels, at }: CallSite): CompiledCall {
  const [input, output] = [at(call.input), at(call.output)];
  return whole(({ rows }) => kernels.scale(input, factor, offset, rows * elements, output));
}

/** Binds a call of `clip`. */
export function compileClip({ minimum, maximum, elements, ...call }: CallOf<'clip'>, { kernels, at }: CallSite): CompiledCall {
  const [input, output] = [at(call.input), at(call.output)];
  return whole(({ rows }) => kernels.clip(input, minimum, maximum, rows * elements, output));
}

/** Binds a call of `gated`. */
export function compileGated({ elements, ...call }: CallOf<'gated'>, { kernels, at }: CallSite): CompiledCall {
  const [gate, up, output, activation] = [at(call.gate), at(call.up), at(call.output), activations[call.activation]];
  return whole(({ rows }) => kernels.gated(activation, gate, up, rows * elements, output));
}

/** Binds a call of `roundBFloat16`. */
export function compileRound({ elements, ...call }: CallOf<'roundBFloat16'>, { kernels, at }: CallSite): CompiledCall {
  const output = at(call.output);
  return whole(({ rows }) => kernels.roundBFloat16(output, rows * elements));
}

import { floatModes } from '../../kernels/float-mode.js';
import type { CallOf } from '../../lowering/kernel-call.js';
import { type CallSite, type CompiledCall, whole } from '../compiled-call.js';
import { matrixKernel, outputTile, prepareInput } from '../matrix-kernel.js';

/** Binds a call of `prepare`. */
export function compilePrepare({ layout, repeat, ...call }: CallOf<'prepare'>, { kernels, at }: CallSite): CompiledCall {
  const [input, output, sums] = [at(call.input), at(call.output), at(call.sums)];
  return whole(({ rows }) => prepareInput(layout, kernels, input, rows * repeat, output, sums));
}

/** Binds a call of `linear`. */
export function compileLinear({ matrix, repeat, ...call }: CallOf<'linear'>, { kernels, at }: CallSite): CompiledCall {
  const [input, output] = [at(call.input), at(call.output)];
  const sums = call.sums === undefined ? 0 : at(call.sums);
  const kernel = matrixKernel(matrix, kernels, at(call.scratch));
  return {
    range: matrix.outputs,
    step: outputTile(matrix),
    work: ({ rows }) => rows * repeat * matrix.columns,
    run: ({ rows }, begin, end) => kernel({ input, sums, rows: rows * repeat, output }, begin, end, 0),
  };
}

/** Binds a call of `linearBFloat16`. */
export function compileLinearBFloat16({ matrix, repeat, ...call }: CallOf<'linearBFloat16'>, { kernels, at }: CallSite): CompiledCall {
  const { outputs, columns, address, scales, globalScales = 0 } = matrix;
  const [input, output, mode] = [at(call.input), at(call.output), floatModes[matrix.mode]];
  return {
    range: outputs,
    step: 4,
    // Each product takes several times as long as others do.
    work: ({ rows }) => 8 * rows * repeat * columns,
    run: ({ rows }, begin, end) =>
      kernels.linearBFloat16(mode, input, rows * repeat, columns, address, scales, globalScales, output, outputs, begin, end),
  };
}

/** Binds a call of `addBias`. */
export function compileAddBias({ bias, columns, repeat, ...call }: CallOf<'addBias'>, { kernels, at }: CallSite): CompiledCall {
  const output = at(call.output);
  return whole(({ rows }) => kernels.addBias(output, bias, rows * repeat, columns));
}

/** Binds a call of `matmul`. */
export function compileMatmul({ sizes: [a, b, c], ...call }: CallOf<'matmul'>, { kernels, at }: CallSite): CompiledCall {
  const [left, right, output] = [at(call.left), at(call.right), at(call.output)];
  return whole(({ rows }) => kernels.matmul(left, right, rows, a, b, c, output));
}

import type { CallOf } from '../../lowering/kernel-call.js';
import { type CallSite, type CompiledCall, whole } from '../compiled-call.js';
import { matrixKernel, outputTile, prepareInput } from '../matrix-kernel.js';

export function compilePrepare({ layout, repeat, ...call }: CallOf<'prepare'>, { kernels, at }: CallSite): CompiledCall {
  const [input, output, sums] = [at(call.input), at(call.output), at(call.sums)];
  return whole(({ rows }) => prepareInput(layout, kernels, input, rows * repeat, output, sums));
}

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

export function compileAddBias({ bias, columns, repeat, ...call }: CallOf<'addBias'>, { kernels, at }: CallSite): CompiledCall {
  const output = at(call.output);
  return whole(({ rows }) => kernels.addBias(output, bias, rows * repeat, columns));
}

export function compileMatmul({ sizes: [a, b, c], ...call }: CallOf<'matmul'>, { kernels, at }: CallSite): CompiledCall {
  const [left, right, output] = [at(call.left), at(call.right), at(call.output)];
  return whole(({ rows }) => kernels.matmul(left, right, rows, a, b, c, output));
}

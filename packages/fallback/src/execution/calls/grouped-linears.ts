import { inputLayout } from '../../lowering/input-layout.js';
import type { CallOf } from '../../lowering/kernel-call.js';
import type { MemoryViews } from '../../memory/memory-views.js';
import { type CallSite, type CompiledCall, whole } from '../compiled-call.js';
import { matrixKernel, outputTile, prepareInput } from '../matrix-kernel.js';

/** Binds a call of `group`. */
export function compileGroup({ count, groups, ...call }: CallOf<'group'>, { kernels, at }: CallSite): CompiledCall {
  const indices = call.indices === undefined ? 0 : at(call.indices);
  const [order, offsets] = [at(call.order), at(call.offsets)];
  return whole(({ rows }) => kernels.groupVectors(indices, rows * count, groups, order, offsets));
}

/** Binds a call of `gather`. */
export function compileGather({ count, columns, ...call }: CallOf<'gather'>, { kernels, at }: CallSite): CompiledCall {
  const [input, order, output] = [at(call.input), at(call.order), at(call.output)];
  const shared = call.shared ? count : 1;
  return whole(({ rows }) => kernels.gatherVectors(input, order, rows * count, shared, columns, output));
}

/** Binds a call of `scatter`. */
export function compileScatter({ count, columns, ...call }: CallOf<'scatter'>, { kernels, at }: CallSite): CompiledCall {
  const [input, order, output] = [at(call.input), at(call.order), at(call.output)];
  return whole(({ rows }) => kernels.scatterVectors(input, order, rows * count, columns, output));
}

/** Binds a call of `prepareGroups`. */
export function compilePrepareGroups({ layout, groups, ...call }: CallOf<'prepareGroups'>, { kernels, views, at }: CallSite): CompiledCall {
  const [input, offsets, output, sums] = [at(call.input), at(call.offsets), at(call.output), at(call.sums)];
  const { columns, elements, sums: groupSums } = layout;
  return whole(() => eachGroup(views, offsets, groups, (first, rows) =>
    prepareInput(layout, kernels, input + first * columns * 4, rows, output + first * elements * 4, sums + first * groupSums * 4)));
}

/** Binds a call of `linearGroups`. */
export function compileLinearGroups(call: CallOf<'linearGroups'>, { kernels, views, at }: CallSite): CompiledCall {
  const { matrix, groups, count, bias } = call;
  const { outputs, columns } = matrix;
  const [input, offsets, output] = [at(call.input), at(call.offsets), at(call.output)];
  const sums = call.sums === undefined ? 0 : at(call.sums);
  const { elements, sums: groupSums } = inputLayout(matrix) ?? { elements: columns, sums: 0 };
  const kernel = matrixKernel(matrix, kernels, at(call.scratch));
  return {
    range: outputs,
    step: outputTile(matrix),
    work: ({ rows }) => rows * count * columns,
    run: (_, begin, end) => eachGroup(views, offsets, groups, (first, rows, group) => {
      const vectors = { input: input + first * elements * 4, sums: sums + first * groupSums * 4, rows, output: output + first * outputs * 4 };
      kernel(vectors, begin, end, group);
      if (bias !== undefined && end === outputs) kernels.addBias(vectors.output, bias + group * outputs * 4, rows, outputs);
    }),
  };
}

/** Calls back for every group that has vectors, with the first place of them and how many there are. */
function eachGroup(views: MemoryViews, offsets: number, groups: number, work: (first: number, rows: number, group: number) => void): void {
  const { words } = views;
  const begin = offsets >>> 2;
  for (let group = 0; group < groups; group++) {
    const [first = 0, next = 0] = [words[begin + group], words[begin + group + 1]];
    if (next > first) work(first, next - first, group);
  }
}

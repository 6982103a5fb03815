import type { ElementLayout } from '../lowering/calls/shapes.js';

/** A loop over elements: how often, and how many bytes each operand moves on. */
export interface Loop {
  readonly count: number;
  readonly steps: readonly number[];
}

/** Loops that kernels run through at once. */
const kernelLoops = 4;

/** Calls a kernel with as many loops as it takes, of which the last is the innermost; addresses are in bytes. */
export type LoopKernel = (addresses: readonly number[], loops: readonly Loop[]) => void;

/**
 * Loops over the elements of `rows` rows of the given sizes, for operands that lie in different ways. Dimensions that lie
 * one after another in all of them become one.
 */
export function runNested(
  rows: number, sizes: readonly number[], layouts: readonly ElementLayout[], addresses: readonly number[], kernel: LoopKernel,
): void {
  const bytes = (pick: (layout: ElementLayout) => number): readonly number[] => layouts.map((layout) => pick(layout) * 4);
  const all = [
    { count: rows, steps: bytes(({ row }) => row) },
    ...sizes.map((count, axis) => ({ count, steps: bytes(({ strides }) => strides[axis] ?? 0) })),
  ];
  const begins = bytes(({ begin }) => begin);
  runOuter(collapse(all), addresses.map((address, index) => address + (begins[index] ?? 0)), kernel);
}

function collapse(loops: readonly Loop[]): readonly Loop[] {
  const collapsed: Loop[] = [];
  for (const loop of loops) {
    const outer = collapsed.at(-1);
    if (loop.count === 1) continue;
    if (outer !== undefined && outer.steps.every((step, index) => step === loop.count * (loop.steps[index] ?? 0))) {
      collapsed[collapsed.length - 1] = { count: outer.count * loop.count, steps: loop.steps };
    } else {
      collapsed.push(loop);
    }
  }
  return collapsed;
}

function runOuter(loops: readonly Loop[], addresses: readonly number[], kernel: LoopKernel): void {
  if (loops.length <= kernelLoops) {
    const once: Loop = { count: 1, steps: addresses.map(() => 0) };
    return kernel(addresses, [...Array.from({ length: kernelLoops - loops.length }, () => once), ...loops]);
  }
  const [outer, ...inner] = loops;
  for (let index = 0; index < (outer?.count ?? 0); index++) {
    runOuter(inner, addresses.map((address, operand) => address + index * (outer?.steps[operand] ?? 0)), kernel);
  }
}

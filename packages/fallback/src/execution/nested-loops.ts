import type { ElementLayout } from '../lowering/calls/shapes.js';

/** A loop over elements: how often, and how many bytes each of two operands moves on. */
export interface Loop {
  readonly count: number;
  readonly steps: readonly [number, number];
}

/** As many loops as kernels run through at once, of which the last is the innermost. */
export type KernelLoops = readonly [Loop, Loop, Loop, Loop];

/** One call of a kernel: bytes from the beginning of both operands, and the loops. */
export interface LoopCall {
  readonly first: number;
  readonly second: number;
  readonly loops: KernelLoops;
}

const once: Loop = { count: 1, steps: [0, 0] };

/**
 * Plans loops over the elements of rows of the given sizes, for two operands that lie in different ways. Dimensions that lie
 * one after another in both become one, so that most work is one call and one loop.
 * @returns the calls for a number of rows, in the order of the elements; kept for the next step of as many rows
 */
export function nestedLoops(sizes: readonly number[], first: ElementLayout, second: ElementLayout): (rows: number) => readonly LoopCall[] {
  const bytes = (pick: (layout: ElementLayout) => number): readonly [number, number] => [pick(first) * 4, pick(second) * 4];
  const inner = sizes.map((count, axis): Loop => ({ count, steps: bytes(({ strides }) => strides[axis] ?? 0) }));
  const steps = bytes(({ row }) => row);
  let known = -1;
  let calls: readonly LoopCall[] = [];
  return (rows) => {
    if (rows === known) return calls;
    known = rows;
    calls = split(collapse([{ count: rows, steps }, ...inner]), first.begin * 4, second.begin * 4);
    return calls;
  };
}

function collapse(loops: readonly Loop[]): readonly Loop[] {
  const collapsed: Loop[] = [];
  for (const loop of loops) {
    if (loop.count === 1) continue;
    const outer = collapsed.at(-1);
    const adjacent = outer?.steps[0] === loop.count * loop.steps[0] && outer.steps[1] === loop.count * loop.steps[1];
    if (outer !== undefined && adjacent) collapsed[collapsed.length - 1] = { count: outer.count * loop.count, steps: loop.steps };
    else collapsed.push(loop);
  }
  return collapsed;
}

/** Loops that are too many for a kernel become calls one after another. */
function split(loops: readonly Loop[], first: number, second: number): readonly LoopCall[] {
  const [a = once, ...rest] = loops;
  if (loops.length > 4) return Array.from({ length: a.count }, (_, index) => split(rest, first + index * a.steps[0], second + index * a.steps[1])).flat();
  const [d = once, c = once, b = once, outermost = once] = loops.toReversed();
  return [{ first, second, loops: [outermost, b, c, d] }];
}

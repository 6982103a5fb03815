import type { LeadingDimension } from '@mlxengine/core/graph';
import type { BufferId } from '../calls/call.js';
import type { LinearInput } from '../calls/linears.js';
import { inputLayout, layoutKey } from '../input-layout.js';
import type { Lowering } from '../lowering.js';
import type { Matrix } from '../matrix.js';

/** The vectors of a step in the order of the matrices of a stack that they meet. */
export interface Grouping {
  /** Vectors a row. */
  readonly count: number;
  readonly groups: number;
  readonly order: BufferId;
  readonly offsets: BufferId;
}

/** A linear with a matrix of a stack for each vector. */
export interface GroupedLinear {
  readonly leading: LeadingDimension;
  readonly input: BufferId;
  /** Whether the vectors of a row are all the same one. */
  readonly shared: boolean;
  readonly weight: string;
  readonly grouping: Grouping;
  readonly output: BufferId;
}

/** Groups of vectors of which number j of each row meets matrix j. */
export function groupHeads(lowering: Lowering, leading: LeadingDimension, heads: number): Grouping {
  return group(lowering, leading, { count: heads, groups: heads });
}

/** Groups of vectors by the experts that were chosen for them. */
export function groupExperts(lowering: Lowering, leading: LeadingDimension, indices: BufferId, count: number, groups: number): Grouping {
  return group(lowering, leading, { indices, count, groups });
}

/** Vectors are sorted, so that each matrix meets all of its own at once, multiplied, and put back. */
export function lowerGroupedLinear(lowering: Lowering, { leading, input, shared, weight, grouping, output }: GroupedLinear): void {
  const matrix = lowering.matrix(weight);
  const { count, groups, order, offsets } = grouping;
  const sorted = gather(lowering, leading, input, shared, grouping, matrix.columns);
  const read = prepareGroups(lowering, leading, sorted, grouping, matrix);
  const bias = lowering.bias(weight);
  const product = lowering.buffer({ leading, elements: count * matrix.outputs, pinned: false });
  lowering.emit({
    kernel: 'linearGroups', leading, ...read, matrix, groups, count, offsets, scratch: lowering.scratch, ...(bias !== undefined && { bias }),
    output: product,
  });
  lowering.emit({ kernel: 'scatter', leading, input: product, order, count, columns: matrix.outputs, shared: false, output });
}

function group(
  lowering: Lowering, leading: LeadingDimension, { indices, count, groups }: { readonly indices?: BufferId; readonly count: number; readonly groups: number },
): Grouping {
  return lowering.once(`groups/${indices ?? 'heads'}/${leading}/${count}/${groups}`, () => {
    const order = lowering.buffer({ leading, elements: count, pinned: false });
    const offsets = lowering.buffer({ leading: 'none', elements: groups + 1, pinned: false });
    lowering.emit({ kernel: 'group', leading, ...(indices !== undefined && { indices }), count, groups, order, offsets });
    return { count, groups, order, offsets };
  });
}

function gather(
  lowering: Lowering, leading: LeadingDimension, input: BufferId, shared: boolean, { count, order }: Grouping, columns: number,
): BufferId {
  return lowering.once(`gathered/${input}/${order}`, () => {
    const output = lowering.buffer({ leading, elements: count * columns, pinned: false });
    lowering.emit({ kernel: 'gather', leading, input, order, count, columns, shared, output });
    return output;
  });
}

function prepareGroups(lowering: Lowering, leading: LeadingDimension, input: BufferId, { count, groups, offsets }: Grouping, matrix: Matrix): LinearInput {
  const layout = inputLayout(matrix);
  if (layout === undefined) return { input };
  return lowering.once(`prepared groups/${input}/${layoutKey(layout)}`, () => {
    const output = lowering.buffer({ leading, elements: count * layout.elements, pinned: false });
    const sums = lowering.buffer({ leading, elements: count * layout.sums, pinned: false });
    lowering.emit({ kernel: 'prepareGroups', leading, input, layout, groups, offsets, output, sums });
    return { input: output, sums };
  });
}

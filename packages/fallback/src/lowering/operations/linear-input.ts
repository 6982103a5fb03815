import type { LeadingDimension } from '@mlxengine/core/graph';
import type { BufferId } from '../calls/call.js';
import type { LinearInput } from '../calls/linears.js';
import { inputLayout, layoutKey } from '../input-layout.js';
import type { Lowering } from '../lowering.js';
import type { Matrix } from '../matrix.js';

/** Vectors that a matrix shall read: `repeat` of them a row. */
export interface LinearSource {
  readonly buffer: BufferId;
  readonly leading: LeadingDimension;
  readonly repeat: number;
}

/** An input as a matrix reads it; one preparation serves all linears of one input and format, such as q, k and v. */
export function linearInput(lowering: Lowering, { buffer, leading, repeat }: LinearSource, matrix: Matrix): LinearInput {
  const layout = inputLayout(matrix);
  if (layout === undefined) return { input: buffer };
  return lowering.once(`prepared/${buffer}/${layoutKey(layout)}`, () => {
    const output = lowering.buffer({ leading, elements: repeat * layout.elements, pinned: false });
    const sums = lowering.buffer({ leading, elements: repeat * layout.sums, pinned: false });
    lowering.emit({ kernel: 'prepare', leading, input: buffer, layout, repeat, output, sums });
    return { input: output, sums };
  });
}

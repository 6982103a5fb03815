import type { Lowering, OperationOf } from '../lowering.js';
import { groupExperts, lowerGroupedLinear } from './grouped-linear.js';

/** The choice of experts. */
export function lowerRoute(operation: OperationOf<'route'>, lowering: Lowering): void {
  const { input, scoring, count, softmax, normalize, groups, scale, jitter = 0, selectionBias, expertScale, indices, output } = operation;
  const experts = lowering.elements(input);
  const scratch = lowering.once(`route/${experts}`, () => lowering.buffer({ leading: 'none', elements: 4 * experts + 8, pinned: true }));
  lowering.emit({
    kernel: 'route', ...lowering.rows(output), input: lowering.of(input), experts, count, scoring, softmax, ...(normalize && { normalize }),
    ...(groups && { groups }), scale, jitter, ...(selectionBias !== undefined && { selectionBias: lowering.vector(selectionBias) }),
    ...(expertScale !== undefined && { expertScale: lowering.vector(expertScale) }), scratch, indices: lowering.define(indices),
    output: lowering.define(output),
  });
}

/** A grouped linear by the experts that were chosen. */
export function lowerExpertLinear({ input, indices, weight, output }: OperationOf<'expertLinear'>, lowering: Lowering): void {
  const { leading } = lowering.rows(output);
  const [count = 1] = lowering.dimensions(indices);
  const grouping = groupExperts(lowering, leading, lowering.of(indices), count, lowering.matrix(weight).count);
  const shared = lowering.dimensions(input).length === 1;
  lowerGroupedLinear(lowering, { leading, input: lowering.of(input), shared, weight, grouping, output: lowering.define(output) });
}

/** Weighted sums of the experts' answers. */
export function lowerCombine({ input, weights, output }: OperationOf<'combine'>, lowering: Lowering): void {
  const [count = 1, columns = 1] = lowering.dimensions(input);
  lowering.emit({
    kernel: 'combine', ...lowering.rows(output), input: lowering.of(input), weights: lowering.of(weights), count, columns,
    output: lowering.define(output),
  });
}

import type { Lowering, OperationOf } from '../lowering.js';

/** One number of each vector. */
export function lowerReduce({ function: name, input, output }: OperationOf<'reduce'>, lowering: Lowering): void {
  lowering.emit({
    kernel: 'reduce', ...lowering.rows(output), function: name, input: lowering.of(input), ...lowering.vectors(input), output: lowering.define(output),
  });
}

/** Softmax of each vector. */
export function lowerSoftmax({ input, output }: OperationOf<'softmax'>, lowering: Lowering): void {
  lowering.emit({ kernel: 'softmax', ...lowering.rows(output), input: lowering.of(input), ...lowering.vectors(input), output: lowering.define(output) });
}

import type { Lowering, OperationOf } from '../lowering.js';
import { groupHeads, lowerGroupedLinear } from './grouped-linear.js';
import { linearInput } from './linear-input.js';

/** A linear on an input that is prepared once for all linears of its format, then its bias. */
export function lowerLinear({ input, weight, output }: OperationOf<'linear'>, lowering: Lowering): void {
  const matrix = lowering.matrix(weight);
  const rows = lowering.rows(output);
  const { repeat } = lowering.vectors(input);
  const buffer = lowering.of(input);
  if (matrix.format === 'float' && lowering.isBFloat16(output)) {
    lowering.emit({ kernel: 'linearBFloat16', ...rows, input: buffer, matrix, repeat, output: lowering.define(output) });
  } else {
    const read = linearInput(lowering, { buffer, ...rows, repeat }, matrix);
    lowering.emit({ kernel: 'linear', ...rows, ...read, matrix, repeat, scratch: lowering.scratch, output: lowering.define(output) });
  }
  const bias = lowering.bias(weight);
  if (bias !== undefined) lowering.emit({ kernel: 'addBias', ...rows, output: lowering.of(output), columns: matrix.outputs, repeat, bias });
}

/** A grouped linear, of which every row has one vector for each matrix. */
export function lowerHeadLinear({ input, weight, output }: OperationOf<'headLinear'>, lowering: Lowering): void {
  const { leading } = lowering.rows(output);
  const [heads = 1] = lowering.dimensions(input);
  const grouping = groupHeads(lowering, leading, heads);
  lowerGroupedLinear(lowering, { leading, input: lowering.of(input), shared: false, weight, grouping, output: lowering.define(output) });
}

/** Products of activations. */
export function lowerMatmul({ left, right, output }: OperationOf<'matmul'>, lowering: Lowering): void {
  const [rows = 1, inner = 1] = lowering.dimensions(left);
  const [, columns = 1] = lowering.dimensions(right);
  lowering.emit({
    kernel: 'matmul', ...lowering.rows(output), left: lowering.of(left), right: lowering.of(right), sizes: [rows, inner, columns],
    output: lowering.define(output),
  });
}

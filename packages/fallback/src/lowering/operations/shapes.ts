import type { Lowering, OperationOf } from '../lowering.js';
import { denseStrides } from './strides.js';

/** Nothing moves. */
export function lowerReshape({ input, output }: OperationOf<'reshape'>, lowering: Lowering): void {
  lowering.alias(output, lowering.of(input));
}

/** A copy from further on and by larger strides. */
export function lowerSlice({ input, axis, start, step, output }: OperationOf<'slice'>, lowering: Lowering): void {
  const strides = denseStrides(lowering.dimensions(input));
  const along = strides[axis] ?? 1;
  lowering.emit({
    kernel: 'copy', ...lowering.rows(output), input: lowering.of(input), sizes: lowering.dimensions(output),
    from: { begin: start * along, row: lowering.elements(input), strides: strides.with(axis, along * step) },
    to: denseLayout(output, lowering), output: lowering.define(output),
  });
}

/** Copies to one place after another. */
export function lowerConcat({ inputs, axis, output }: OperationOf<'concat'>, lowering: Lowering): void {
  const to = denseLayout(output, lowering);
  const buffer = lowering.define(output);
  let begin = 0;
  for (const input of inputs) {
    const sizes = lowering.dimensions(input);
    lowering.emit({
      kernel: 'copy', ...lowering.rows(output), input: lowering.of(input), sizes, from: denseLayout(input, lowering), to: { ...to, begin },
      output: buffer,
    });
    begin += (sizes[axis] ?? 0) * (to.strides[axis] ?? 0);
  }
}

/** A copy by strides in another order. */
export function lowerTranspose({ input, permutation, output }: OperationOf<'transpose'>, lowering: Lowering): void {
  const from = denseLayout(input, lowering);
  lowering.emit({
    kernel: 'copy', ...lowering.rows(output), input: lowering.of(input), sizes: lowering.dimensions(output),
    from: { ...from, strides: permutation.map((axis) => from.strides[axis] ?? 0) }, to: denseLayout(output, lowering), output: lowering.define(output),
  });
}

/** A copy by strides of 0. */
export function lowerBroadcast({ input, output }: OperationOf<'broadcast'>, lowering: Lowering): void {
  const from = denseLayout(input, lowering);
  const dimensions = lowering.dimensions(input);
  lowering.emit({
    kernel: 'copy', ...lowering.rows(output), input: lowering.of(input), sizes: lowering.dimensions(output),
    from: { ...from, strides: from.strides.map((stride, axis) => (dimensions[axis] === 1 ? 0 : stride)) }, to: denseLayout(output, lowering),
    output: lowering.define(output),
  });
}

function denseLayout(value: number, lowering: Lowering): { readonly begin: number; readonly row: number; readonly strides: readonly number[] } {
  return { begin: 0, row: lowering.elements(value), strides: denseStrides(lowering.dimensions(value)) };
}

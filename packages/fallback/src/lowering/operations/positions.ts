import type { Lowering, OperationOf } from '../lowering.js';

/** One table of cosines and sines serves all that turn alike. */
export function lowerRope(operation: OperationOf<'rope'>, lowering: Lowering): void {
  const { input, output, inverseFrequencies, rotaryDimensions, traditional, dynamic } = operation;
  const rounded = lowering.isBFloat16(output);
  const amplitude = rounded ? 1 : operation.amplitude;
  const [heads = 1, dimensions = 1] = lowering.dimensions(output);
  const table = lowering.once(`rope/${JSON.stringify([inverseFrequencies, amplitude, dynamic])}`, () =>
    lowering.table(rotaryDimensions, (buffer) => ({ type: 'rope', buffer, inverseFrequencies, amplitude, ...(dynamic && { dynamic }) })));
  lowering.emit({
    kernel: 'rope', ...lowering.rows(output), input: lowering.of(input), heads, dimensions, rotaryDimensions, traditional, table,
    ...(rounded && { roundedAmplitude: operation.amplitude }), output: lowering.define(output),
  });
}

/** A product with a factor of each token's, which the executor writes. */
export function lowerPositionScale({ input, beta, length, output }: OperationOf<'positionScale'>, lowering: Lowering): void {
  const left = lowering.of(input);
  const right = lowering.once(`positionScale/${beta}/${length}`, () =>
    lowering.table(1, (buffer) => ({ type: 'positionScale', buffer, beta, length })));
  const elements = lowering.elements(output);
  lowering.emit({
    kernel: 'binary', ...lowering.rows(output), function: 'multiply', left, right, leftLayout: { begin: 0, row: elements, strides: [1] },
    rightLayout: { begin: 0, row: 1, strides: [0] }, sizes: [elements], output: lowering.define(output),
  });
}

import type { ElementLayout } from '../calls/shapes.js';
import type { ValueId } from '@mlxengine/core/graph';
import type { Lowering, OperationOf } from '../lowering.js';
import { denseStrides } from './strides.js';

/** Functions of each element. */
export function lowerUnary({ function: name, input, output }: OperationOf<'unary'>, lowering: Lowering): void {
  lowering.emit({
    kernel: 'unary', ...lowering.rows(output), function: name, input: lowering.of(input), elements: lowering.elements(output),
    output: lowering.define(output),
  });
}

/** Functions of two values, broadcast by strides of 0. */
export function lowerBinary({ function: name, left, right, output }: OperationOf<'binary'>, lowering: Lowering): void {
  const sizes = lowering.dimensions(output);
  lowering.emit({
    kernel: 'binary', ...lowering.rows(output), function: name, left: lowering.of(left), right: lowering.of(right), sizes,
    leftLayout: broadcastLayout(left, sizes, lowering), rightLayout: broadcastLayout(right, sizes, lowering), output: lowering.define(output),
  });
}

/** How a value is read as one of the given sizes: what it lacks, or has once, is read again and again. */
function broadcastLayout(value: ValueId, sizes: readonly number[], lowering: Lowering): ElementLayout {
  const dimensions = lowering.dimensions(value);
  const strides = denseStrides(dimensions);
  const missing = sizes.length - dimensions.length;
  const row = lowering.rows(value).leading === 'none' ? 0 : lowering.elements(value);
  return { begin: 0, row, strides: sizes.map((_, axis) => (axis < missing || dimensions[axis - missing] === 1 ? 0 : strides[axis - missing] ?? 0)) };
}

/** A factor and an offset. */
export function lowerScale({ input, factor, offset, output }: OperationOf<'scale'>, lowering: Lowering): void {
  lowering.emit({
    kernel: 'scale', ...lowering.rows(output), input: lowering.of(input), factor, offset, elements: lowering.elements(output),
    output: lowering.define(output),
  });
}

/** Bounds; absent ones are infinite. */
export function lowerClip({ input, minimum = -Infinity, maximum = Infinity, output }: OperationOf<'clip'>, lowering: Lowering): void {
  lowering.emit({
    kernel: 'clip', ...lowering.rows(output), input: lowering.of(input), minimum, maximum, elements: lowering.elements(output),
    output: lowering.define(output),
  });
}

/** Activations of gates, times the other side. */
export function lowerGated({ activation, gate, up, output }: OperationOf<'gated'>, lowering: Lowering): void {
  lowering.emit({
    kernel: 'gated', ...lowering.rows(output), activation, gate: lowering.of(gate), up: lowering.of(up), elements: lowering.elements(output),
    output: lowering.define(output),
  });
}

import type { ValueId } from '@mlxengine/core/graph';
import { formatShape } from '../../tensors/dtype.js';
import { GraphStore, product } from './graph-store.js';

/** Operations that move elements and compute nothing. Axes count the trailing dimensions alone; negative ones from the end. */
export class ShapeBuilder extends GraphStore {
  /** New trailing dimensions of the same number of elements, such as `[H·D]` to `[H, D]`. */
  reshape(input: ValueId, dimensions: readonly number[]): ValueId {
    const value = this.float('reshape', input);
    if (product(value.dimensions) !== product(dimensions)) {
      throw this.mismatch('reshape', `to ${formatShape(dimensions)}`, `${product(dimensions)} elements a token`, input);
    }
    return this.push({ type: 'reshape', input, dimensions, output: this.floats(value.leading, dimensions) });
  }

  /** Elements `start`, `start + step`, … before `end` along an axis. */
  slice(input: ValueId, axis: number, start: number, end: number, step = 1): ValueId {
    const { leading, dimensions } = this.float('slice', input);
    const at = this.axis('slice', input, axis);
    const size = dimensions[at] as number;
    const fits = [start, end, step].every(Number.isSafeInteger) && start >= 0 && start < end && end <= size && step > 0;
    this.check('slice', `axis ${at} of size ${size}`, 'start < end within it', fits, `${start} to ${end} by ${step}`);
    const output = this.floats(leading, dimensions.map((old, i) => (i === at ? Math.ceil((end - start) / step) : old)));
    return this.push({ type: 'slice', input, axis: at, start, end, step, output });
  }

  /** Cuts an axis into parts of the given sizes, which add up to it. */
  split<const Sizes extends readonly number[]>(input: ValueId, sizes: Sizes, axis = -1): { readonly [Index in keyof Sizes]: ValueId } {
    const at = this.axis('split', input, axis);
    const size = this.dimensionsOf(input)[at] as number;
    const sum = sizes.reduce((total, part) => total + part, 0);
    this.check('split', `parts of axis ${at}`, String(size), sum === size, `${sizes.join(' + ')} = ${sum}`);
    let start = 0;
    const parts = sizes.map((part) => this.slice(input, at, start, (start += part)));
    return parts as { readonly [Index in keyof Sizes]: ValueId };
  }

  /** Values one after another along an axis; all other dimensions are equal. */
  concat(inputs: readonly ValueId[], axis = -1): ValueId {
    const [first] = inputs;
    if (first === undefined) throw this.mismatch('concat', 'inputs', 'one or more', NaN);
    const { leading, dimensions } = this.float('concat', first);
    const at = this.axis('concat', first, axis);
    const any = dimensions.map((size, i) => (i === at ? -1 : size));
    const sizes = inputs.map((input) => this.expect('concat', 'inputs', input, leading, any)[at] as number);
    const sum = sizes.reduce((total, size) => total + size, 0);
    const output = this.floats(leading, dimensions.map((size, i) => (i === at ? sum : size)));
    return this.push({ type: 'concat', inputs: [...inputs], axis: at, output });
  }

  /** Trailing dimensions in another order: dimension i of the output is dimension `permutation[i]` of the input. */
  transpose(input: ValueId, permutation: readonly number[]): ValueId {
    const { leading, dimensions } = this.float('transpose', input);
    const sorted = [...permutation].sort((a, b) => a - b);
    this.check('transpose', 'permutation', `0 to ${dimensions.length - 1}`, sorted.length === dimensions.length && sorted.every((axis, i) => axis === i), permutation);
    const output = this.floats(leading, permutation.map((axis) => dimensions[axis] as number));
    return this.push({ type: 'transpose', input, permutation: [...permutation], output });
  }

  /** Repeats along trailing dimensions of size 1; both shapes have as many dimensions. */
  broadcast(input: ValueId, dimensions: readonly number[]): ValueId {
    const value = this.float('broadcast', input);
    const fits = value.dimensions.length === dimensions.length
      && value.dimensions.every((size, axis) => size === dimensions[axis] || (size === 1 && (dimensions[axis] as number) > 0));
    if (!fits) throw this.mismatch('broadcast', 'input', `1 wherever it differs from ${formatShape(dimensions)}`, input);
    return this.push({ type: 'broadcast', input, dimensions: [...dimensions], output: this.floats(value.leading, dimensions) });
  }

  /** Each slice along an axis `count` times in place, as for key heads that several query heads share: a b to a a b b. */
  repeat(input: ValueId, axis: number, count: number): ValueId {
    const at = this.axis('repeat', input, axis);
    const dimensions = [...this.dimensionsOf(input)];
    if (count === 1) return input;
    const single = this.reshape(input, dimensions.toSpliced(at + 1, 0, 1));
    const many = this.broadcast(single, dimensions.toSpliced(at + 1, 0, count));
    return this.reshape(many, dimensions.with(at, (dimensions[at] as number) * count));
  }

  protected axis(operation: string, input: ValueId, axis: number): number {
    const { length } = this.float(operation, input).dimensions;
    const at = axis < 0 ? axis + length : axis;
    this.check(operation, 'axis', `0 to ${length - 1}`, Number.isSafeInteger(at) && at >= 0 && at < length, axis);
    return at;
  }
}

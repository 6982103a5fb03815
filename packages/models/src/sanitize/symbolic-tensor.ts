import { CheckpointError } from '@mlxengine/core';
import type { TensorDtype } from '@mlxengine/core';
import type { LocatedTensor } from '../checkpoint/located-tensor.js';
import { bytesPerElement, formatShape, isFloatDtype, product } from '../tensors/dtype.js';
import { tensorFunctions } from './functions/tensor-functions.js';
import type { SymbolicTensorData, TensorExpression, TensorFunction } from './tensor-expression.js';

/**
 * A tensor of a checkpoint, or one made of such: shape and element type are known, bytes are computed when a backend reads
 * it. Every method returns a new tensor; axes count from 0, negative ones from the end.
 * All methods throw `CheckpointError` where shapes do not fit.
 */
export class SymbolicTensor implements SymbolicTensorData {
  readonly dtype: TensorDtype;
  readonly shape: readonly number[];
  readonly expression: TensorExpression;

  constructor({ dtype, shape, expression }: SymbolicTensorData) {
    this.dtype = dtype;
    this.shape = shape;
    this.expression = expression;
  }

  /** A tensor as it lies in its file. */
  static source(tensor: LocatedTensor): SymbolicTensor {
    return new SymbolicTensor({ dtype: tensor.dtype, shape: tensor.shape, expression: { type: 'source', tensor } });
  }

  /** Tensors of one shape and element type along a new first axis. */
  static stack(tensors: readonly SymbolicTensor[]): SymbolicTensor {
    return SymbolicTensor.concat(tensors.map((tensor) => tensor.reshape([1, ...tensor.shape])), 0);
  }

  /** Tensors one after another along an axis. */
  static concat(inputs: readonly SymbolicTensor[], axis: number): SymbolicTensor {
    const [first] = inputs;
    if (first === undefined) throw misfit('concat', 'one tensor or more', 'none');
    const at = first.axis(axis);
    for (const { dtype, shape } of inputs) {
      const fits = dtype === first.dtype && shape.length === first.shape.length && shape.every((size, i) => i === at || size === first.shape[i]);
      if (!fits) throw misfit('concat', describe(first), describe({ dtype, shape }));
    }
    const size = inputs.reduce((sum, { shape }) => sum + (shape[at] as number), 0);
    return new SymbolicTensor({ dtype: first.dtype, shape: first.shape.with(at, size), expression: { type: 'concat', inputs, axis: at } });
  }

  /** A named computation on whole tensors; see `TensorFunction`. */
  static call(
    name: TensorFunction, inputs: readonly SymbolicTensor[], output: { readonly dtype: TensorDtype; readonly shape: readonly number[] },
    settings: Readonly<Record<string, number | string>> = {},
  ): SymbolicTensor {
    const { dtype, shape } = output;
    const call = { type: 'call', function: name, inputs, settings } as const;
    tensorFunctions[name].check({ ...call, output });
    return new SymbolicTensor({ dtype, shape, expression: call });
  }

  /** Size along an axis. */
  size(axis: number): number {
    return this.shape[this.axis(axis)] as number;
  }

  /** Elements `start`, `start + step`, … before `end` along an axis. */
  slice(axis: number, start: number, end: number, step = 1): SymbolicTensor {
    const at = this.axis(axis);
    const fits = start >= 0 && start < end && end <= (this.shape[at] as number) && step > 0;
    if (!fits) throw misfit('slice', `a part of axis ${at} of ${describe(this)}`, `${start} to ${end} by ${step}`);
    const shape = this.shape.with(at, Math.ceil((end - start) / step));
    return this.derive(shape, { type: 'slice', input: this, axis: at, start, end, step });
  }

  /** Equal parts along an axis. */
  split(count: number, axis: number): readonly SymbolicTensor[] {
    const size = this.size(axis);
    if (size % count !== 0) throw misfit('split', `n · ${count} along axis ${axis}`, describe(this));
    return Array.from({ length: count }, (_, part) => this.slice(axis, (part * size) / count, ((part + 1) * size) / count));
  }

  /** The same elements in another shape; one dimension may be -1. */
  reshape(shape: readonly number[]): SymbolicTensor {
    const count = product(this.shape);
    const known = product(shape.filter((size) => size !== -1));
    const whole = shape.map((size) => (size === -1 ? count / known : size));
    if (product(whole) !== count || !whole.every((size) => Number.isSafeInteger(size))) throw misfit('reshape', formatShape(shape), describe(this));
    return this.derive(whole, { type: 'reshape', input: this });
  }

  /** Axes in another order: axis i of the result is axis `permutation[i]`. */
  transpose(permutation: readonly number[]): SymbolicTensor {
    if ([...permutation].sort((a, b) => a - b).join() !== [...this.shape.keys()].join()) throw misfit('transpose', describe(this), String(permutation));
    return this.derive(permutation.map((axis) => this.shape[axis] as number), { type: 'transpose', input: this, permutation });
  }

  /** One axis to another place, the others in their order. */
  moveAxis(from: number, to: number): SymbolicTensor {
    const permutation = [...this.shape.keys()].filter((axis) => axis !== this.axis(from));
    return this.transpose(permutation.toSpliced(this.axis(to), 0, this.axis(from)));
  }

  /** The same bytes as another element type; the last dimension changes with its size. */
  bitcast(dtype: TensorDtype): SymbolicTensor {
    const bytes = this.size(-1) * bytesPerElement(this.dtype);
    if (bytes % bytesPerElement(dtype) !== 0) throw misfit('bitcast', dtype, describe(this));
    return new SymbolicTensor({ dtype, shape: this.shape.with(-1, bytes / bytesPerElement(dtype)), expression: { type: 'bitcast', input: this } });
  }

  /** Numeric conversion between floats. */
  cast(dtype: 'F32' | 'F16' | 'BF16'): SymbolicTensor {
    this.expectFloats('cast');
    return dtype === this.dtype ? this : new SymbolicTensor({ dtype, shape: this.shape, expression: { type: 'cast', input: this } });
  }

  /** `factor · x + offset` */
  scale(factor: number, offset = 0): SymbolicTensor {
    this.expectFloats('scale');
    return this.derive(this.shape, { type: 'affine', input: this, factor, offset, minimum: -Infinity, maximum: Infinity });
  }

  /** `min(max(x, minimum), maximum)` */
  clip(minimum: number, maximum: number): SymbolicTensor {
    this.expectFloats('clip');
    return this.derive(this.shape, { type: 'affine', input: this, factor: 1, offset: 0, minimum, maximum });
  }

  /** `x · y`, broadcast to this tensor's shape. */
  multiply(by: SymbolicTensor): SymbolicTensor {
    this.expectFloats('multiply');
    by.expectFloats('multiply');
    const fits = by.shape.length <= this.shape.length
      && by.shape.every((size, i) => size === 1 || size === this.shape[i + this.shape.length - by.shape.length]);
    if (!fits) throw misfit('multiply', `to fit ${describe(this)}`, describe(by));
    return this.derive(this.shape, { type: 'multiply', input: this, by });
  }

  private expectFloats(operation: string): void {
    if (!isFloatDtype(this.dtype)) throw misfit(operation, 'F32 | F16 | BF16', describe(this));
  }

  private derive(shape: readonly number[], expression: TensorExpression): SymbolicTensor {
    return new SymbolicTensor({ dtype: this.dtype, shape, expression });
  }

  private axis(axis: number): number {
    const at = axis < 0 ? axis + this.shape.length : axis;
    if (at < 0 || at >= this.shape.length) throw misfit('axis', `0 to ${this.shape.length - 1}`, String(axis));
    return at;
  }
}

function misfit(operation: string, expected: string, found: string): CheckpointError {
  return new CheckpointError('checkpoint.rewrite-misfit', { operation, expected, found });
}

function describe({ dtype, shape }: { readonly dtype: TensorDtype; readonly shape: readonly number[] }): string {
  return `${dtype} ${formatShape(shape)}`;
}

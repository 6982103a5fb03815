import type { BinaryFunction, GatedActivation, LeadingDimension, ReduceFunction, UnaryFunction, ValueId } from '@mlxengine/core/graph';
import { formatShape } from '../../tensors/dtype.js';
import { formatValue } from '../format-value.js';
import { ShapeBuilder } from './shape-builder.js';

/** Bounds of {@link MathBuilder.clip}. */
export interface ClipBounds {
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Arithmetic on activations. */
export class MathBuilder extends ShapeBuilder {
  /** A function of each element. */
  unary(operation: UnaryFunction, input: ValueId): ValueId {
    const { leading, dimensions } = this.float('unary', input, operation);
    return this.push({ type: 'unary', function: operation, input, output: this.floats(leading, dimensions) });
  }

  /**
   * A function of two values, element by element. Trailing dimensions are aligned at the last and broadcast where one of them
   * is 1 or missing; a value with the leading dimension `none` goes with every row of the other.
   */
  binary(operation: BinaryFunction, left: ValueId, right: ValueId): ValueId {
    const [a, b] = [this.float('binary', left, operation), this.float('binary', right, operation)];
    const leading = a.leading === 'none' ? b.leading : a.leading;
    if (b.leading !== leading && b.leading !== 'none') throw this.mismatch('binary', operation, formatValue(a), right);
    const rank = Math.max(a.dimensions.length, b.dimensions.length);
    const dimensions = Array.from({ length: rank }, (_, axis) => {
      const x = a.dimensions[axis - rank + a.dimensions.length] ?? 1;
      const y = b.dimensions[axis - rank + b.dimensions.length] ?? 1;
      if (x !== y && x !== 1 && y !== 1) throw this.mismatch('binary', operation, `to fit ${formatValue(a)}`, right);
      return x === 1 ? y : x;
    });
    return this.push({ type: 'binary', function: operation, left, right, output: this.floats(leading, dimensions) });
  }

  /** `left + right`, see {@link MathBuilder.binary}. */
  add(left: ValueId, right: ValueId): ValueId {
    return this.binary('add', left, right);
  }

  /** `left - right`, see {@link MathBuilder.binary}. */
  subtract(left: ValueId, right: ValueId): ValueId {
    return this.binary('subtract', left, right);
  }

  /** `left · right`, see {@link MathBuilder.binary}. */
  multiply(left: ValueId, right: ValueId): ValueId {
    return this.binary('multiply', left, right);
  }

  /** `factor · x + offset`; the input itself where that changes nothing. */
  scale(input: ValueId, factor: number, offset = 0): ValueId {
    const { leading, dimensions } = this.float('scale', input);
    this.check('scale', 'factor and offset', 'finite numbers', Number.isFinite(factor) && Number.isFinite(offset), `${factor}, ${offset}`);
    if (factor === 1 && offset === 0) return input;
    return this.push({ type: 'scale', input, factor, offset, output: this.floats(leading, dimensions) });
  }

  /** `min(max(x, minimum), maximum)`; a bound that is absent or infinite is none. */
  clip(input: ValueId, { minimum = -Infinity, maximum = Infinity }: ClipBounds): ValueId {
    const { leading, dimensions } = this.float('clip', input);
    this.check('clip', 'bounds', 'minimum <= maximum', minimum <= maximum, `${minimum}, ${maximum}`);
    const bounds = { ...(minimum > -Infinity && { minimum }), ...(maximum < Infinity && { maximum }) };
    return this.push({ type: 'clip', input, ...bounds, output: this.floats(leading, dimensions) });
  }

  /** `cap · tanh(x / cap)` */
  softcap(input: ValueId, cap: number): ValueId {
    return this.scale(this.unary('tanh', this.scale(input, 1 / cap)), cap);
  }

  /** `activation(gate) · up`, element by element, of equal shapes. */
  gated(activation: GatedActivation, gate: ValueId, up: ValueId): ValueId {
    const { leading, dimensions } = this.float('gated', gate);
    this.expect('gated', 'up', up, leading, dimensions);
    return this.push({ type: 'gated', activation, gate, up, output: this.floats(leading, dimensions) });
  }

  /** One number of the last dimension's, which becomes 1. */
  reduce(operation: ReduceFunction, input: ValueId): ValueId {
    const { leading, dimensions } = this.last('reduce', input);
    return this.push({ type: 'reduce', function: operation, input, output: this.floats(leading, dimensions.with(-1, 1)) });
  }

  /** Softmax over the last dimension. */
  softmax(input: ValueId): ValueId {
    const { leading, dimensions } = this.last('softmax', input);
    return this.push({ type: 'softmax', input, output: this.floats(leading, dimensions) });
  }

  /** Product of two activations, row by row: `[n, a, b]` and `[n, b, c]` to `[n, a, c]`. */
  matmul(left: ValueId, right: ValueId): ValueId {
    const { leading, dimensions: [rows = 0, inner = 0] } = this.ranked('matmul', left, 2, 'left');
    const [, columns = 0] = this.expect('matmul', 'right', right, leading, [inner, -1]);
    return this.push({ type: 'matmul', left, right, output: this.floats(leading, [rows, columns]) });
  }

  /** A float value with a last dimension. */
  protected last(operation: string, input: ValueId): { readonly leading: LeadingDimension; readonly dimensions: number[]; readonly size: number } {
    const { leading, dimensions } = this.float(operation, input);
    const size = dimensions.at(-1);
    if (size === undefined) throw this.mismatch(operation, 'input', `float [${leading}, …, n] in place of ${formatShape(dimensions)}`, input);
    return { leading, dimensions: [...dimensions], size };
  }
}

import { GraphError } from '@mlxengine/core';
import type { GraphOperation, GraphValue, LeadingDimension, ModelGraph, StateDeclaration, ValueId, WeightDeclaration } from '@mlxengine/core/graph';
import { formatShape } from '../../tensors/dtype.js';
import { formatValue } from '../format-value.js';

/** What a graph under construction is made of, and the checks that all operations share. */
export class GraphStore {
  protected readonly values: GraphValue[];
  protected readonly operations: GraphOperation[];
  protected readonly states: StateDeclaration[];
  protected readonly weights: Map<string, WeightDeclaration>;

  /** @param begin - what to go on from; default: nothing */
  constructor(begin?: Pick<ModelGraph, 'values' | 'operations' | 'states' | 'weights'>) {
    this.values = [...begin?.values ?? []];
    this.operations = [...begin?.operations ?? []];
    this.states = [...begin?.states ?? []];
    this.weights = new Map(begin?.weights.map((weight) => [weight.path, weight]));
  }

  /** Trailing dimensions of a value. */
  dimensionsOf(id: ValueId): readonly number[] {
    return this.at('dimensionsOf', id).dimensions;
  }

  protected value(value: GraphValue): ValueId {
    return this.values.push(value) - 1;
  }

  protected floats(leading: LeadingDimension, dimensions: readonly number[]): ValueId {
    return this.value({ leading, dimensions, dtype: 'float' });
  }

  protected push(operation: GraphOperation): ValueId {
    this.operations.push(operation);
    return operation.output;
  }

  protected at(operation: string, id: ValueId): GraphValue {
    const value = this.values[id];
    if (value === undefined) throw shapeError(operation, 'input', 'a value of this graph', `%${id}`);
    return value;
  }

  protected float(operation: string, id: ValueId, detail = 'input'): GraphValue {
    const value = this.at(operation, id);
    if (value.dtype !== 'float') throw this.mismatch(operation, detail, 'float', id);
    return value;
  }

  /** A float value of so many trailing dimensions, with its leading one. */
  protected ranked(operation: string, id: ValueId, rank: number, detail = 'input'): GraphValue {
    const value = this.float(operation, id, detail);
    if (value.dimensions.length === rank) return value;
    throw this.mismatch(operation, detail, `float [n${', d'.repeat(rank)}]`, id);
  }

  /** Checks a value's whole shape; a dimension of -1 fits any. @returns its dimensions */
  protected expect(operation: string, detail: string, id: ValueId, leading: LeadingDimension, dimensions: readonly number[]): readonly number[] {
    const value = this.float(operation, id, detail);
    const fits = value.leading === leading && value.dimensions.length === dimensions.length
      && dimensions.every((size, axis) => size === -1 || size === value.dimensions[axis]);
    if (!fits) throw this.mismatch(operation, detail, `float [${[leading, ...dimensions.map((size) => (size === -1 ? 'd' : size))].join(', ')}]`, id);
    return value.dimensions;
  }

  /** A whole number in range, so that nothing impossible reaches a backend. */
  protected check(operation: string, detail: string, expected: string, fits: boolean, found: unknown): void {
    if (!fits) throw shapeError(operation, detail, expected, String(found));
  }

  protected declare(operation: string, weight: WeightDeclaration): void {
    const shape = weight.shape.every((dimension) => Number.isSafeInteger(dimension) && dimension > 0);
    if (!shape) throw shapeError(operation, weight.path, 'dimensions > 0', formatShape(weight.shape));
    const existing = this.weights.get(weight.path);
    if (existing !== undefined && describeWeight(existing) !== describeWeight(weight)) {
      const [expected, found] = [describeWeight(existing), describeWeight(weight)];
      throw new GraphError('graph.weight-conflict', { operation, weight: weight.path, expected, found });
    }
    this.weights.set(weight.path, weight);
  }

  protected declareTensor(operation: string, path: string, shape: readonly number[]): void {
    this.declare(operation, { path, kind: 'tensor', shape, bias: false });
  }

  protected declareState(operation: string, state: StateDeclaration): void {
    if (this.states.some(({ name }) => name === state.name)) throw new GraphError('graph.state-conflict', { operation, state: state.name });
    this.states.push(state);
  }

  protected mismatch(operation: string, detail: string, expected: string, id: ValueId): GraphError {
    return shapeError(operation, detail, expected, formatValue(this.at(operation, id)));
  }
}

/** The error for a shape or a setting that does not fit. */
export function shapeError(operation: string, detail: string, expected: string, found: string): GraphError {
  return new GraphError('graph.shape-mismatch', { operation, detail, expected, found });
}

/** Number of elements. */
export function product(dimensions: readonly number[]): number {
  return dimensions.reduce((count, dimension) => count * dimension, 1);
}

function describeWeight({ kind, shape, bias }: WeightDeclaration): string {
  return `${kind} ${formatShape(shape)}${bias ? ' with bias' : ''}`;
}

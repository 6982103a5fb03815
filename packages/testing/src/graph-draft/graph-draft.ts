import type {
  BinaryFunction, GraphOperation, GraphOutputs, GraphValue, ModelGraph, StateDeclaration, UnaryFunction, ValueId, WeightDeclaration,
} from '@mlxengine/core/graph';

/** An operation whose output the draft makes. */
export type OperationDraft = WithoutOutput<GraphOperation>;

type WithoutOutput<Operation> = Operation extends GraphOperation ? Omit<Operation, 'output'> : never;

/** What {@link GraphDraft.finish} takes. */
export interface GraphDraftEnd extends Pick<ModelGraph, 'architecture' | 'vocabularySize' | 'contextLength'> {
  readonly outputs: GraphOutputs;
}

/** Writes a graph operation by operation. It checks nothing: it is for graphs that tests make, which are right. */
export class GraphDraft {
  readonly #values: GraphValue[] = [];
  readonly #operations: GraphOperation[] = [];
  readonly #states: StateDeclaration[] = [];
  readonly #weights = new Map<string, WeightDeclaration>();

  /** Appends an operation; the leading dimension is that of tokens unless another is given. */
  add(operation: OperationDraft, dimensions: readonly number[], value: Partial<GraphValue> = {}): ValueId {
    const output = this.value(dimensions, value);
    this.#operations.push({ ...operation, output });
    return output;
  }

  /** A value of its own, for an operation of several outputs. */
  value(dimensions: readonly number[], { leading = 'tokens', dtype = 'float' }: Partial<GraphValue> = {}): ValueId {
    return this.#values.push({ leading, dimensions, dtype }) - 1;
  }

  declare(weight: WeightDeclaration): string {
    this.#weights.set(weight.path, weight);
    return weight.path;
  }

  state(state: StateDeclaration): string {
    this.#states.push(state);
    return state.name;
  }

  dimensionsOf(id: ValueId): readonly number[] {
    return (this.#values[id] as GraphValue).dimensions;
  }

  leadingOf(id: ValueId): GraphValue['leading'] {
    return (this.#values[id] as GraphValue).leading;
  }

  tokens(): ValueId {
    return this.add({ type: 'tokens' }, [], { dtype: 'int32' });
  }

  embedding(input: ValueId, weight: string, [rows, size]: readonly [number, number], limit?: number): ValueId {
    this.declare({ path: weight, kind: 'matrix', shape: [rows, size], bias: false });
    return this.add({ type: 'embedding', input, weight, ...(limit !== undefined && { limit }) }, [size]);
  }

  linear(weight: string, input: ValueId, rows: number, bias = false): ValueId {
    const [columns = 0] = this.dimensionsOf(input);
    this.declare({ path: weight, kind: 'matrix', shape: [rows, columns], bias });
    return this.add({ type: 'linear', input, weight }, [rows], { leading: this.leadingOf(input) });
  }

  /** A linear whose output is cut into heads. */
  heads(weight: string, input: ValueId, count: number, size: number, bias = false): ValueId {
    return this.reshape(this.linear(weight, input, count * size, bias), [count, size]);
  }

  reshape(input: ValueId, dimensions: readonly number[]): ValueId {
    return this.add({ type: 'reshape', input, dimensions }, dimensions, { leading: this.leadingOf(input) });
  }

  /** All trailing dimensions as one. */
  flatten(input: ValueId): ValueId {
    const dimensions = this.dimensionsOf(input);
    return dimensions.length === 1 ? input : this.reshape(input, [dimensions.reduce((a, b) => a * b, 1)]);
  }

  /** A tensor of the checkpoint as a value. */
  parameter(weight: string, shape: readonly number[]): ValueId {
    this.declare({ path: weight, kind: 'tensor', shape, bias: false });
    return this.add({ type: 'parameter', weight }, shape, { leading: 'none' });
  }

  unary(name: UnaryFunction, input: ValueId): ValueId {
    return this.#same({ type: 'unary', function: name, input }, input);
  }

  scale(input: ValueId, factor: number, offset = 0): ValueId {
    return this.#same({ type: 'scale', input, factor, offset }, input);
  }

  binary(name: BinaryFunction, left: ValueId, right: ValueId): ValueId {
    const [a, b] = [this.dimensionsOf(left), this.dimensionsOf(right)];
    const rank = Math.max(a.length, b.length);
    const dimensions = Array.from({ length: rank }, (_, axis) => Math.max(a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1));
    const leading = this.leadingOf(this.leadingOf(left) === 'none' ? right : left);
    return this.add({ type: 'binary', function: name, left, right }, dimensions, { leading });
  }

  sum(left: ValueId, right: ValueId): ValueId {
    return this.binary('add', left, right);
  }

  rmsNorm(input: ValueId, weight: string, epsilon: number): ValueId {
    this.declare({ path: weight, kind: 'vector', shape: this.dimensionsOf(input).slice(-1), bias: false });
    return this.#same({ type: 'rmsNorm', input, weight, weightOffset: 0, epsilon }, input);
  }

  /** Has a value rounded to bfloat16. @returns the same value */
  rounded(id: ValueId): ValueId {
    this.#values[id] = { ...(this.#values[id] as GraphValue), precision: 'bfloat16' };
    return id;
  }

  selectRows(input: ValueId): ValueId {
    return this.add({ type: 'selectRows', input }, this.dimensionsOf(input), { leading: 'rows' });
  }

  finish({ outputs, ...end }: GraphDraftEnd): ModelGraph {
    return {
      specificationVersion: 'v1', ...end, values: this.#values, operations: this.#operations, states: this.#states,
      weights: [...this.#weights.values()], outputs,
    };
  }

  /** An operation that keeps its input's shape. */
  #same(operation: OperationDraft, input: ValueId): ValueId {
    return this.add(operation, this.dimensionsOf(input), { leading: this.leadingOf(input) });
  }
}

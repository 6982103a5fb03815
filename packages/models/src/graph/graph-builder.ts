import { GraphError } from '@mlxengine/core';
import type {
  GatedActivation, GraphOperation, GraphValue, ModelGraph, StateDeclaration, ValueId, WeightDeclaration,
} from '@mlxengine/core/graph';
import { formatShape } from '../tensors/dtype.js';
import { formatValue } from './format-value.js';
import type { RopeSettings } from './rope-settings.js';

/** What {@link GraphBuilder.attention} takes. */
export interface AttentionInputs {
  /** `[tokens, Hq, D]` */
  readonly queries: ValueId;
  /** `[tokens, Hkv, D]`, Hq a multiple of Hkv */
  readonly keys: ValueId;
  /** `[tokens, Hkv, Dv]` */
  readonly values: ValueId;
  /** Name of the key-value cache, unique in the graph; the builder declares it. */
  readonly state: string;
  /** Factor on the scores, usually `D ** -0.5`. */
  readonly scale: number;
}

/** What {@link GraphBuilder.build} takes. */
export interface GraphEnd {
  /** `model_type` of the family. */
  readonly architecture: string;
  /** `[rows, vocabularySize]` */
  readonly logits: ValueId;
  /** Tokens of context that the model was made for. */
  readonly contextLength: number;
}

/**
 * Builds a `ModelGraph` operation by operation. Each method appends one operation, checks its shapes at once and returns
 * its output; a value can only be used after it was made, so the order is always topological.
 *
 * All methods throw `GraphError` that names the operation, the weight where there is one, and both shapes.
 */
export class GraphBuilder {
  private readonly values: GraphValue[] = [];
  private readonly operations: GraphOperation[] = [];
  private readonly states: StateDeclaration[] = [];
  private readonly weights = new Map<string, WeightDeclaration>();

  /** The ids of the step's new tokens, `[tokens]`. */
  tokens(): ValueId {
    const output = this.value({ leading: 'tokens', dimensions: [], dtype: 'int32' });
    return this.push({ type: 'tokens', output });
  }

  /** Rows of the matrix `[rows, dimensions]` at `weight`, chosen by token id: `[tokens]` to `[tokens, dimensions]`. */
  embedding(input: ValueId, weight: string, { rows, dimensions }: { readonly rows: number; readonly dimensions: number }): ValueId {
    const { leading, dtype, ...tokens } = this.at('embedding', input);
    if (dtype !== 'int32' || tokens.dimensions.length > 0) throw this.mismatch('embedding', weight, 'int32 [tokens]', input);
    this.declare('embedding', { path: weight, kind: 'matrix', shape: [rows, dimensions], bias: false });
    const output = this.value({ leading, dimensions: [dimensions], dtype: 'float' });
    return this.push({ type: 'embedding', input, weight, output });
  }

  /** `x · Wᵀ (+ bias)` with the matrix `[dimensions, in]` at `weight`: `[n, in]` to `[n, dimensions]`. */
  linear(input: ValueId, weight: string, { dimensions, bias = false }: { readonly dimensions: number; readonly bias?: boolean }): ValueId {
    const { leading, dimensions: [size, ...rest] } = this.float('linear', input, weight);
    if (size === undefined || rest.length > 0) throw this.mismatch('linear', weight, `float [${leading}, in]`, input);
    this.declare('linear', { path: weight, kind: 'matrix', shape: [dimensions, size], bias });
    const output = this.value({ leading, dimensions: [dimensions], dtype: 'float' });
    return this.push({ type: 'linear', input, weight, output });
  }

  /** `x / sqrt(mean(x²) + epsilon) · w` over the last dimension, with a weight of its size. */
  rmsNorm(input: ValueId, weight: string, { epsilon }: { readonly epsilon: number }): ValueId {
    const value = this.float('rmsNorm', input, weight);
    const size = value.dimensions.at(-1);
    if (size === undefined) throw this.mismatch('rmsNorm', weight, `float [${value.leading}, …, n]`, input);
    this.declare('rmsNorm', { path: weight, kind: 'vector', shape: [size], bias: false });
    return this.push({ type: 'rmsNorm', input, weight, epsilon, output: this.value(value) });
  }

  /** New trailing dimensions of the same number of elements, such as `[H·D]` to `[H, D]`. */
  reshape(input: ValueId, dimensions: readonly number[]): ValueId {
    const value = this.float('reshape', input, formatShape(dimensions));
    if (product(value.dimensions) !== product(dimensions)) {
      throw this.mismatch('reshape', `to ${formatShape(dimensions)}`, `${product(dimensions)} elements a token`, input);
    }
    return this.push({ type: 'reshape', input, dimensions, output: this.value({ ...value, dimensions }) });
  }

  /** Rotary position embedding of `[tokens, heads, D]`. */
  rope(input: ValueId, settings: RopeSettings): ValueId {
    const value = this.float('rope', input, 'input');
    const { rotaryDimensions, traditional, inverseFrequencies, amplitude } = settings;
    const [heads, size = 0] = value.dimensions;
    if (value.leading !== 'tokens' || heads === undefined || value.dimensions.length !== 2 || size < rotaryDimensions) {
      throw this.mismatch('rope', 'input', `float [tokens, heads, >= ${rotaryDimensions}]`, input);
    }
    if (rotaryDimensions % 2 !== 0 || inverseFrequencies.length !== rotaryDimensions / 2) {
      throw shapeError('rope', 'inverse frequencies', `${rotaryDimensions} / 2`, String(inverseFrequencies.length));
    }
    const output = this.value(value);
    return this.push({ type: 'rope', input, rotaryDimensions, traditional, inverseFrequencies, amplitude, output });
  }

  /** Causal attention with a cache of its own: `[tokens, Hq, Dv]`. */
  attention({ queries, keys, values, state, scale }: AttentionInputs): ValueId {
    const [queryHeads, queryDimension] = this.heads(queries, `queries of ${state}`);
    const [heads, keyDimension] = this.heads(keys, `keys of ${state}`);
    const [valueHeads, valueDimension] = this.heads(values, `values of ${state}`);
    if (queryDimension !== keyDimension) throw this.mismatch('attention', `keys of ${state}`, `[tokens, heads, ${queryDimension}]`, keys);
    if (valueHeads !== heads) throw this.mismatch('attention', `values of ${state}`, `[tokens, ${heads}, D]`, values);
    if (queryHeads % heads !== 0) throw this.mismatch('attention', `queries of ${state}`, `[tokens, n · ${heads}, D]`, queries);
    this.declareState({ type: 'kv', name: state, heads, keyDimension, valueDimension });
    const output = this.value({ leading: 'tokens', dimensions: [queryHeads, valueDimension], dtype: 'float' });
    return this.push({ type: 'attention', queries, keys, values, state, scale, output });
  }

  /** `activation(gate) · up`, element by element. */
  gated(activation: GatedActivation, gate: ValueId, up: ValueId): ValueId {
    const output = this.likeBoth('gated', gate, up);
    return this.push({ type: 'gated', activation, gate, up, output });
  }

  /** `left + right` of equal shapes. */
  add(left: ValueId, right: ValueId): ValueId {
    const output = this.likeBoth('add', left, right);
    return this.push({ type: 'add', left, right, output });
  }

  /** Keeps the rows whose logits the step was asked for: leading `tokens` to leading `rows`. */
  selectRows(input: ValueId): ValueId {
    const value = this.float('selectRows', input, 'input');
    if (value.leading !== 'tokens') throw this.mismatch('selectRows', 'input', 'float [tokens, …]', input);
    return this.push({ type: 'selectRows', input, output: this.value({ ...value, leading: 'rows' }) });
  }

  /** The finished graph, independent of the builder. */
  build({ architecture, logits, contextLength }: GraphEnd): ModelGraph {
    const { leading, dimensions: [vocabularySize, ...rest] } = this.float('build', logits, 'logits');
    if (leading !== 'rows' || vocabularySize === undefined || rest.length > 0) {
      throw this.mismatch('build', 'logits', 'float [rows, vocabularySize]', logits);
    }
    return {
      specificationVersion: 'v1', architecture, values: [...this.values], operations: [...this.operations], states: [...this.states],
      weights: [...this.weights.values()], outputs: { logits }, vocabularySize, contextLength,
    };
  }

  private value(value: GraphValue): ValueId {
    return this.values.push(value) - 1;
  }

  private push(operation: GraphOperation): ValueId {
    this.operations.push(operation);
    return operation.output;
  }

  private at(operation: string, id: ValueId): GraphValue {
    const value = this.values[id];
    if (value === undefined) throw shapeError(operation, 'input', 'a value of this graph', `%${id}`);
    return value;
  }

  private float(operation: string, id: ValueId, detail: string): GraphValue {
    const value = this.at(operation, id);
    if (value.dtype !== 'float') throw this.mismatch(operation, detail, 'float', id);
    return value;
  }

  private heads(id: ValueId, detail: string): readonly [number, number] {
    const { leading, dimensions: [heads, size, ...rest] } = this.float('attention', id, detail);
    if (leading === 'tokens' && heads !== undefined && size !== undefined && rest.length === 0) return [heads, size];
    throw this.mismatch('attention', detail, 'float [tokens, heads, D]', id);
  }

  private likeBoth(operation: string, left: ValueId, right: ValueId): ValueId {
    const value = this.float(operation, left, 'left');
    const same = formatValue(value) === formatValue(this.float(operation, right, 'right'));
    if (!same) throw this.mismatch(operation, 'both sides', formatValue(value), right);
    return this.value(value);
  }

  private declare(operation: string, weight: WeightDeclaration): void {
    const shape = weight.shape.every((dimension) => Number.isSafeInteger(dimension) && dimension > 0);
    if (!shape) throw shapeError(operation, weight.path, 'dimensions > 0', formatShape(weight.shape));
    const existing = this.weights.get(weight.path);
    if (existing !== undefined && describeWeight(existing) !== describeWeight(weight)) {
      const [expected, found] = [describeWeight(existing), describeWeight(weight)];
      throw new GraphError('graph.weight-conflict', { operation, weight: weight.path, expected, found });
    }
    this.weights.set(weight.path, weight);
  }

  private declareState(state: StateDeclaration): void {
    if (this.states.some(({ name }) => name === state.name)) {
      throw new GraphError('graph.state-conflict', { operation: 'attention', state: state.name });
    }
    this.states.push(state);
  }

  private mismatch(operation: string, detail: string, expected: string, id: ValueId): GraphError {
    return shapeError(operation, detail, expected, formatValue(this.at(operation, id)));
  }
}

function shapeError(operation: string, detail: string, expected: string, found: string): GraphError {
  return new GraphError('graph.shape-mismatch', { operation, detail, expected, found });
}

function describeWeight({ kind, shape, bias }: WeightDeclaration): string {
  return `${kind} ${formatShape(shape)}${bias ? ' with bias' : ''}`;
}

function product(dimensions: readonly number[]): number {
  return dimensions.reduce((count, dimension) => count * dimension, 1);
}

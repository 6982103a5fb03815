import { GraphError, UnsupportedFeatureError } from '@mlxengine/core';
import type { GraphOperation, GraphValue, ModelGraph, ValueId } from '@mlxengine/core/graph';
import { linear, rowOf, zeros, zip, type Matrix } from './matrix.js';
import { attention, rmsNorm, rope, type KVCache } from './operations.js';
import type { ReferenceWeight } from './reference-weights.js';

/** Operations that the executor knows. */
export const referenceOperations: readonly GraphOperation['type'][] = [
  'tokens', 'embedding', 'linear', 'rmsNorm', 'reshape', 'rope', 'attention', 'gated', 'add', 'selectRows',
];

/** What one sequence has behind it. */
export class ReferenceSequence {
  readonly tokens: number[] = [];
  readonly #caches: ReadonlyMap<string, KVCache>;

  constructor(graph: ModelGraph) {
    this.#caches = new Map(graph.states.map(({ name }) => [name, { keys: [], values: [] }]));
  }

  cache(state: string): KVCache {
    const cache = this.#caches.get(state);
    if (cache === undefined) {
      throw new GraphError('graph.shape-mismatch', { operation: 'attention', detail: 'state', expected: [...this.#caches.keys()].join(), found: state });
    }
    return cache;
  }

  /** Forgets all but the first tokens. */
  truncate(length: number): void {
    this.tokens.length = Math.min(this.tokens.length, length);
    for (const { keys, values } of this.#caches.values()) keys.length = values.length = this.tokens.length;
  }
}

/**
 * Runs a {@link ModelGraph} in plain TypeScript, one operation after another, as its definition reads: the measure that
 * backends are compared with, and far too slow for anything but tiny models.
 */
export class ReferenceExecutor {
  readonly graph: ModelGraph;
  readonly #weights: ReadonlyMap<string, ReferenceWeight>;

  constructor(graph: ModelGraph, weights: ReadonlyMap<string, ReferenceWeight>) {
    this.graph = graph;
    this.#weights = weights;
  }

  /**
   * One step: the sequence grows by the tokens.
   * @param rows - which of the tokens' logits are wanted
   * @returns `[rows, vocabularySize]`
   */
  step(sequence: ReferenceSequence, tokens: readonly number[], rows: readonly number[]): Matrix {
    const values: Matrix[] = [];
    const first = sequence.tokens.length;
    for (const operation of this.graph.operations) {
      values[operation.output] = this.#run(operation, values, { sequence, tokens, rows, first });
    }
    sequence.tokens.push(...tokens);
    return values[this.graph.outputs.logits] as Matrix;
  }

  #run(operation: GraphOperation, values: readonly Matrix[], step: Step): Matrix {
    const value = (id: ValueId): Matrix => values[id] as Matrix;
    switch (operation.type) {
      case 'tokens':
        return { rows: step.tokens.length, columns: 1, data: Float32Array.from(step.tokens) };
      case 'embedding':
        return selectRows(this.#weight(operation.weight).matrix, [...value(operation.input).data]);
      case 'linear': {
        const { matrix, bias } = this.#weight(operation.weight);
        return linear(value(operation.input), matrix, bias);
      }
      case 'rmsNorm':
        return rmsNorm(value(operation.input), this.#weight(operation.weight).matrix.data, operation);
      case 'reshape':
        return value(operation.input);
      case 'rope':
        return rope(value(operation.input), this.#dimension(operation.input, 1), operation, step.first);
      case 'attention': {
        const heads = { query: this.#dimension(operation.queries, 0), keyValue: this.#dimension(operation.keys, 0) };
        const cache = step.sequence.cache(operation.state);
        return attention(value(operation.queries), value(operation.keys), value(operation.values), heads, operation, cache);
      }
      case 'gated':
        return zip(value(operation.gate), value(operation.up), (gate, up) => (gate / (1 + Math.exp(-gate))) * up);
      case 'add':
        return zip(value(operation.left), value(operation.right), (left, right) => left + right);
      case 'selectRows':
        return selectRows(value(operation.input), step.rows);
      default: {
        const { type } = operation as { readonly type: string };
        throw unsupportedOperation(type);
      }
    }
  }

  #weight(path: string): ReferenceWeight {
    const weight = this.#weights.get(path);
    if (weight === undefined) throw new GraphError('graph.shape-mismatch', { operation: 'weight', detail: path, expected: 'declared', found: 'undeclared' });
    return weight;
  }

  #dimension(id: ValueId, index: number): number {
    return (this.graph.values[id] as GraphValue).dimensions[index] as number;
  }
}

interface Step {
  readonly sequence: ReferenceSequence;
  readonly tokens: readonly number[];
  readonly rows: readonly number[];
  /** Position of the step's first token. */
  readonly first: number;
}

/** What a graph with an operation that the reference does not know leads to. */
export function unsupportedOperation(type: string): UnsupportedFeatureError {
  const remedy = `Operations: ${referenceOperations.join(', ')}.`;
  return new UnsupportedFeatureError('feature.unsupported', { component: 'reference', feature: `[${type}]`, remedy });
}

function selectRows(input: Matrix, rows: readonly number[]): Matrix {
  const output = zeros(rows.length, input.columns);
  rows.forEach((row, index) => rowOf(output, index).set(rowOf(input, row)));
  return output;
}

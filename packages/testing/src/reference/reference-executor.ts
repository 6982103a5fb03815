import { GraphError, UnsupportedFeatureError } from '@mlxengine/core';
import type { GraphOperation, ModelGraph, ValueId } from '@mlxengine/core/graph';
import { roundTensor } from './bfloat16.js';
import { implementations } from './operations/index.js';
import type { OperationResult, OperationRun } from './operation-run.js';
import { createStep, type StepTokens } from './reference-step.js';
import type { ReferenceWeight } from './reference-weights.js';
import type { Tensor } from './tensor.js';

/** Operations that the executor knows. */
export const referenceOperations: readonly GraphOperation['type'][] = Object.keys(implementations) as GraphOperation['type'][];

/** What a step gives; of the graph's outputs those that it has. */
export interface StepOutputs {
  /** `[rows, vocabularySize]` */
  readonly logits?: Tensor;
  /** `[sequences, n]` */
  readonly pooled?: Tensor;
  /** `[tokens, n]` */
  readonly hidden?: Tensor;
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
   * One step: every sequence grows by its tokens.
   * @param rows - which of the tokens' logits are wanted, counted over all sequences
   */
  step(entries: readonly StepTokens[], rows: readonly number[] = []): StepOutputs {
    const values: Tensor[] = [];
    const run: OperationRun = {
      step: createStep(entries, rows),
      value: (id) => values[id] as Tensor,
      weight: (path) => this.#weight(path),
      isRounded: (id) => this.graph.values[id]?.precision === 'bfloat16',
    };
    for (const operation of this.graph.operations) {
      for (const [id, tensor] of outputsOf(operation, execute(operation, run))) values[id] = run.isRounded(id) ? roundTensor(tensor) : tensor;
    }
    for (const { sequence, tokens } of entries) sequence.tokens.push(...tokens);
    return Object.fromEntries(Object.entries(this.graph.outputs).map(([name, id]) => [name, values[id as ValueId]]));
  }

  #weight(path: string): ReferenceWeight {
    const weight = this.#weights.get(path);
    if (weight === undefined) throw new GraphError('graph.shape-mismatch', { operation: 'weight', detail: path, expected: 'declared', found: 'undeclared' });
    return weight;
  }
}

/** What a graph with an operation that the reference does not know leads to. */
export function unsupportedOperation(type: string): UnsupportedFeatureError {
  const remedy = `Operations: ${referenceOperations.join(', ')}.`;
  return new UnsupportedFeatureError('feature.unsupported', { component: 'reference', feature: `[${type}]`, remedy });
}

function execute(operation: GraphOperation, run: OperationRun): OperationResult {
  // The table's entry for a type takes the operations of that type, which its index cannot say.
  const implementation = implementations[operation.type] as ((operation: GraphOperation, run: OperationRun) => OperationResult) | undefined;
  if (implementation === undefined) throw unsupportedOperation(operation.type);
  return implementation(operation, run);
}

function outputsOf({ output }: GraphOperation, result: OperationResult): Iterable<readonly [ValueId, Tensor]> {
  return result instanceof Map ? result : [[output, result as Tensor]];
}

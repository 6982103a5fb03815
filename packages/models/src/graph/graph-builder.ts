import type { ModelGraph, PoolMode, ValueId } from '@mlxengine/core/graph';
import { shapeError } from './builder/graph-store.js';
import { RecurrenceBuilder } from './builder/recurrence-builder.js';

/** What {@link GraphBuilder.build} takes: logits of a graph that generates, pooled or hidden of one that embeds. */
export interface GraphEnd {
  /** `model_type` of the family. */
  readonly architecture: string;
  /** `[rows, vocabularySize]` */
  readonly logits?: ValueId | undefined;
  /** `[sequences, n]` */
  readonly pooled?: ValueId | undefined;
  /** `[tokens, n]` */
  readonly hidden?: ValueId | undefined;
  /** Token ids are below it; default: as many as there are logits. */
  readonly vocabularySize?: number | undefined;
  /** Tokens of context that the model was made for. */
  readonly contextLength: number;
}

/**
 * Builds a `ModelGraph` operation by operation. Each method appends one operation (few append several, which they say), checks
 * its shapes at once and returns its output; a value can only be used after it was made, so the order is always topological.
 *
 * All methods throw `GraphError` that names the operation, the weight where there is one, and both shapes.
 */
export class GraphBuilder extends RecurrenceBuilder {
  /** Keeps the rows whose logits the step was asked for: leading `tokens` to leading `rows`. */
  selectRows(input: ValueId): ValueId {
    const { leading, dimensions } = this.float('selectRows', input);
    if (leading !== 'tokens') throw this.mismatch('selectRows', 'input', 'float [tokens, …]', input);
    return this.push({ type: 'selectRows', input, output: this.floats('rows', dimensions) });
  }

  /** One vector a sequence: `[tokens, n]` to `[sequences, n]`. */
  pool(input: ValueId, mode: PoolMode): ValueId {
    const dimensions = this.expect('pool', 'input', input, 'tokens', [-1]);
    return this.push({ type: 'pool', mode, input, output: this.floats('sequences', dimensions) });
  }

  /** The finished graph, independent of the builder. */
  build({ architecture, logits, pooled, hidden, vocabularySize, contextLength }: GraphEnd): ModelGraph {
    const generates = logits !== undefined;
    const embeds = pooled !== undefined || hidden !== undefined;
    if (generates === embeds) throw shapeError('build', 'outputs', 'logits, or else pooled or hidden', generates ? 'both' : 'none');
    const [labels = 0] = generates ? this.expect('build', 'logits', logits, 'rows', [-1]) : [];
    if (pooled !== undefined) this.expect('build', 'pooled', pooled, 'sequences', [-1]);
    if (hidden !== undefined) this.expect('build', 'hidden', hidden, 'tokens', [-1]);
    const outputs = {
      ...(generates && { logits }), ...(pooled !== undefined && { pooled }), ...(hidden !== undefined && { hidden }),
    };
    return {
      specificationVersion: 'v1', architecture, values: [...this.values], operations: [...this.operations], states: [...this.states],
      weights: [...this.weights.values()], outputs, vocabularySize: vocabularySize ?? labels, contextLength,
    };
  }
}

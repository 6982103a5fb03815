import type { GraphOperation } from './graph-operation.js';
import type { GraphValue, ValueId } from './graph-value.js';
import type { StateDeclaration } from './state-declaration.js';
import type { WeightDeclaration } from './weight-declaration.js';

/**
 * A model as data: operations in the order of execution. It sees tokens, not batches: the leading dimension of an
 * activation is the new tokens of all sequences of a step, one after another; only operations with state look at
 * sequences. Serializable as JSON.
 */
export interface ModelGraph {
  readonly specificationVersion: 'v1';
  /** `model_type` of the family that built it. */
  readonly architecture: string;
  /** Every value; its index is its {@link ValueId}. */
  readonly values: readonly GraphValue[];
  /** In topological order: every input is the output of an earlier operation. */
  readonly operations: readonly GraphOperation[];
  readonly states: readonly StateDeclaration[];
  /** Every weight that an operation names, once. */
  readonly weights: readonly WeightDeclaration[];
  readonly outputs: GraphOutputs;
  /** Token ids are below it. */
  readonly vocabularySize: number;
  /** Tokens of context that the model was made for. */
  readonly contextLength: number;
}

/** What a step can be asked for; a graph has logits, or else pooled or hidden. */
export interface GraphOutputs {
  /** Logits of the chosen rows, `[rows, vocabularySize]`: the graph generates. */
  readonly logits?: ValueId;
  /** One vector a sequence, `[sequences, n]`: the graph embeds, or scores where n is the number of labels. */
  readonly pooled?: ValueId;
  /** The vectors of all tokens, `[tokens, n]`, of a graph that embeds. */
  readonly hidden?: ValueId;
}

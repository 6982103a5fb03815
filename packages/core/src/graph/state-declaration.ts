/**
 * A key-value cache of one attention layer. A step reads it as it was before, plus its own entries; the executor
 * commits at the end of the step.
 */
export interface KVStateDeclaration {
  readonly type: 'kv';
  /** Unique in the graph, such as `model.layers.0`. */
  readonly name: string;
  readonly heads: number;
  readonly keyDimension: number;
  readonly valueDimension: number;
}

/** State that lives across steps, one of each for a sequence. */
export type StateDeclaration = KVStateDeclaration;

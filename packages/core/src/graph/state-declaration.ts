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
  /** Only so many of the latest tokens are ever read again; absent: all are. */
  readonly window?: number;
}

/** Latents and rotated keys of one layer of latent attention. */
export interface LatentStateDeclaration {
  readonly type: 'latent';
  readonly name: string;
  readonly rank: number;
  readonly ropeDimension: number;
}

/** The last `width` inputs of a causal convolution, `[width, channels]`, zeros at first. It cannot go back to an earlier position. */
export interface RollingStateDeclaration {
  readonly type: 'rolling';
  readonly name: string;
  readonly channels: number;
  readonly width: number;
}

/** State of a recurrence in float32, zeros at first. It cannot go back to an earlier position. */
export interface MatrixStateDeclaration {
  readonly type: 'matrix';
  readonly name: string;
  readonly shape: readonly number[];
}

/** State that lives across steps, one of each for a sequence. In the order in which operations name them. */
export type StateDeclaration = KVStateDeclaration | LatentStateDeclaration | RollingStateDeclaration | MatrixStateDeclaration;

import type { ValueId } from './graph-value.js';

/** The ids of the step's new tokens, `[tokens]`. */
export interface TokensOperation {
  readonly type: 'tokens';
  readonly output: ValueId;
}

/** Rows of a matrix chosen by token id: `[tokens]` to `[tokens, H]`. */
export interface EmbeddingOperation {
  readonly type: 'embedding';
  readonly input: ValueId;
  readonly weight: string;
  readonly output: ValueId;
}

/** `x · Wᵀ (+ bias)`: `[n, in]` to `[n, out]`. The weight may be an embedding's path (a tied head). */
export interface LinearOperation {
  readonly type: 'linear';
  readonly input: ValueId;
  readonly weight: string;
  readonly output: ValueId;
}

/** `x / sqrt(mean(x²) + epsilon) · w` over the last dimension. */
export interface RmsNormOperation {
  readonly type: 'rmsNorm';
  readonly input: ValueId;
  readonly weight: string;
  readonly epsilon: number;
  readonly output: ValueId;
}

/** New trailing dimensions of the same number of elements, such as `[H·D]` to `[H, D]`. */
export interface ReshapeOperation {
  readonly type: 'reshape';
  readonly input: ValueId;
  readonly dimensions: readonly number[];
  readonly output: ValueId;
}

/** Rotary position embedding of `[tokens, heads, D]` at each token's position. */
export interface RopeOperation {
  readonly type: 'rope';
  readonly input: ValueId;
  /** How many of the D elements are rotated, counted from the first; even. */
  readonly rotaryDimensions: number;
  /** `true`: neighbours are a pair; `false`: element i and i + rotaryDimensions / 2. */
  readonly traditional: boolean;
  /** Radians a position for each of the rotaryDimensions / 2 pairs. */
  readonly inverseFrequencies: readonly number[];
  /** Factor on the rotated elements; 1 but for yarn and longrope. */
  readonly amplitude: number;
  readonly output: ValueId;
}

/**
 * Causal scaled dot-product attention with a cache: queries `[tokens, Hq, D]`, keys `[tokens, Hkv, D]`, values
 * `[tokens, Hkv, Dv]` to `[tokens, Hq, Dv]`. Query head h reads key head floor(h · Hkv / Hq). A token sees what the
 * state holds of its sequence and the step's tokens up to itself.
 */
export interface AttentionOperation {
  readonly type: 'attention';
  readonly queries: ValueId;
  readonly keys: ValueId;
  readonly values: ValueId;
  /** Name of a `kv` state; each state belongs to one attention. */
  readonly state: string;
  readonly scale: number;
  readonly output: ValueId;
}

/** Activation functions of {@link GatedOperation}. */
export type GatedActivation = 'silu';

/** `activation(gate) · up`, element by element. */
export interface GatedOperation {
  readonly type: 'gated';
  readonly activation: GatedActivation;
  readonly gate: ValueId;
  readonly up: ValueId;
  readonly output: ValueId;
}

/** `left + right` of equal shapes. */
export interface AddOperation {
  readonly type: 'add';
  readonly left: ValueId;
  readonly right: ValueId;
  readonly output: ValueId;
}

/** Keeps the rows whose logits the step was asked for: leading `tokens` to leading `rows`. */
export interface SelectRowsOperation {
  readonly type: 'selectRows';
  readonly input: ValueId;
  readonly output: ValueId;
}

/** Every operation, tagged by `type`. */
export type GraphOperation =
  | TokensOperation
  | EmbeddingOperation
  | LinearOperation
  | RmsNormOperation
  | ReshapeOperation
  | RopeOperation
  | AttentionOperation
  | GatedOperation
  | AddOperation
  | SelectRowsOperation;

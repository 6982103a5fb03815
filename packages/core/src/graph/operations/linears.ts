import type { ValueId } from '../graph-value.js';

/** `x · Wᵀ (+ bias)`: `[n, in]` to `[n, out]`. The weight may be an embedding's path (a tied head). */
export interface LinearOperation {
  readonly type: 'linear';
  readonly input: ValueId;
  readonly weight: string;
  readonly output: ValueId;
}

/** A matrix of its own for each head: `[n, heads, in]` to `[n, heads, out]`, with a `stack` of `[heads, out, in]`. */
export interface HeadLinearOperation {
  readonly type: 'headLinear';
  readonly input: ValueId;
  readonly weight: string;
  readonly output: ValueId;
}

/** Product of two activations, row by row: `[n, a, b]` and `[n, b, c]` to `[n, a, c]`. */
export interface MatmulOperation {
  readonly type: 'matmul';
  readonly left: ValueId;
  readonly right: ValueId;
  readonly output: ValueId;
}

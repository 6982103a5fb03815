import type { ValueId } from '../graph-value.js';

/** Choice among groups of experts first (DeepSeek); the scores of experts in dropped groups become 0, not -∞. */
export interface ExpertGroups {
  /** Groups that the experts fall into, of equal size. */
  readonly count: number;
  /** How many of them stay. */
  readonly keep: number;
  /** A group's score: its greatest, or the sum of its two greatest. */
  readonly score: 'max' | 'top2';
}

/**
 * Chooses `count` experts for each row, in float32: `[n, experts]` to indices int32 `[n, count]` and weights `[n, count]`.
 *
 * 1. Scores are the softmax of the input, its sigmoid, or the input itself (`logits`).
 * 2. The choice is of the greatest scores after `selectionBias` was added and `groups` dropped some.
 * 3. Weights are the chosen scores without that bias; `softmax`: the softmax among them.
 * 4. `normalize` divides them by their sum, which `add` grows by epsilon and `maximum` keeps at epsilon or above.
 * 5. They are multiplied by `scale` and by the chosen experts' `expertScale`.
 *
 * The order of the chosen is of no meaning. `sparsemixer` (Phi MoE) is another way for 1 to 3: `count` times, take the
 * greatest logit m that is left; its weight is its share in the softmax of those left whose
 * `(m - logit) / max(|logit|, m)` is at most `2 · jitter` (of all logits, the taken ones excluded from the softmax).
 */
export interface RouteOperation {
  readonly type: 'route';
  readonly input: ValueId;
  readonly scoring: 'softmax' | 'sigmoid' | 'logits' | 'sparsemixer';
  /** Experts a row, at most as many as there are. */
  readonly count: number;
  /** Path of a `tensor` `[experts]`. */
  readonly selectionBias?: string;
  readonly groups?: ExpertGroups;
  readonly softmax: boolean;
  readonly normalize?: { readonly mode: 'add' | 'maximum'; readonly epsilon: number };
  readonly scale: number;
  /** Path of a `tensor` `[experts]`. */
  readonly expertScale?: string;
  /** Of `sparsemixer`. */
  readonly jitter?: number;
  readonly indices: ValueId;
  /** The weights. */
  readonly output: ValueId;
}

/**
 * A linear with the matrices of the chosen experts out of a `stack` `[experts, out, in]`: `[n, in]` (the same for all) or
 * `[n, count, in]` (one each), with indices `[n, count]`, to `[n, count, out]`.
 */
export interface ExpertLinearOperation {
  readonly type: 'expertLinear';
  readonly input: ValueId;
  readonly indices: ValueId;
  readonly weight: string;
  readonly output: ValueId;
}

/** Sum of the experts' answers by their weights: `[n, count, D]` and `[n, count]` to `[n, D]`. */
export interface CombineOperation {
  readonly type: 'combine';
  readonly input: ValueId;
  readonly weights: ValueId;
  readonly output: ValueId;
}

import type { ValueId } from '../graph-value.js';

/**
 * Scaled dot-product attention: queries `[tokens, Hq, D]`, keys `[tokens, Hkv, D]`, values `[tokens, Hkv, Dv]` to
 * `[tokens, Hq, Dv]`. Query head h reads key head floor(h · Hkv / Hq). Tokens see only their own sequence.
 *
 * With a state, a token sees what the state holds and the step's tokens; without one, the step's tokens alone, so that a
 * sequence has to lie in the step whole. Scores are `scale · q·k`, then `softcap · tanh(score / softcap)`, then masked,
 * then a softmax to whose denominator each head adds `exp(sink)`.
 */
export interface AttentionOperation {
  readonly type: 'attention';
  readonly queries: ValueId;
  readonly keys: ValueId;
  readonly values: ValueId;
  /**
   * Name of a `kv` state. Several attentions may name one state where they share keys and values: all give the very
   * values (ids) of the first, which are written once.
   */
  readonly state?: string;
  readonly scale: number;
  /** Whether a token at p sees only keys up to p. Always with a state. */
  readonly causal: boolean;
  /** A token at p sees keys from p - window + 1 on; where it is not causal also to p + window - 1. Absent: all. */
  readonly window?: number;
  /** Absent: scores are not capped. */
  readonly softcap?: number;
  /** Path of a `tensor` `[Hq]`. */
  readonly sinks?: string;
  readonly output: ValueId;
}

/**
 * Causal multi-head latent attention (DeepSeek): the state holds a latent and one rotated key a token. With head h's
 * matrices K_h `[R, Dn]` and V_h `[Dv, R]` of two stacks, the score of a query with a token is
 * `scale · (q_h · (K_hᵀ latent) + qr_h · kr)` and its value `V_h latent`; a backend may move the matrices to the query's side.
 */
export interface LatentAttentionOperation {
  readonly type: 'latentAttention';
  /** `[tokens, heads, Dn]` */
  readonly queries: ValueId;
  /** `[tokens, heads, Dr]`, rotated */
  readonly rotatedQueries: ValueId;
  /** `[tokens, R]` */
  readonly latents: ValueId;
  /** `[tokens, Dr]`, rotated */
  readonly rotatedKeys: ValueId;
  /** Path of a `stack` `[heads, R, Dn]`. */
  readonly keyWeight: string;
  /** Path of a `stack` `[heads, Dv, R]`. */
  readonly valueWeight: string;
  /** Name of a `latent` state, which no other operation names. */
  readonly state: string;
  readonly scale: number;
  /** `[tokens, heads, Dv]` */
  readonly output: ValueId;
}

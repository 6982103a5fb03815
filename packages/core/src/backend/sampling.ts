/**
 * How the next token is drawn, in mlx-lm's order: log-probabilities of the logits, top-p, min-p, top-k, then the
 * temperature and the draw. Temperature 0 is greedy: the smallest id among the largest logits.
 *
 * The draw is the same on every backend: with p the probabilities that remain, in order of token id, it is the first
 * token whose running sum of p exceeds `uniform(seed, index) · sum(p)`, where index counts the request's generated tokens from 0
 * (see {@link uniform}).
 */
export interface SamplingParameters {
  /** 0 or more; 0 is greedy. */
  readonly temperature: number;
  /** Smallest set of most likely tokens whose probabilities sum to this; over 0 to 1, 1 is off. */
  readonly topP: number;
  /** Keep tokens at least this share as likely as the likeliest; 0 is off. */
  readonly minP: number;
  /** Keep this many most likely tokens; 0 is off. */
  readonly topK: number;
  /** Unsigned 32-bit integer. */
  readonly seed: number;
}

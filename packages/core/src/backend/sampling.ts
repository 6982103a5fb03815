/** Biases on logits by token id, as pairs or a map; the biases of a token that comes twice add up. */
export type LogitBias = readonly (readonly [token: number, bias: number])[] | ReadonlyMap<number, number>;

/**
 * How the next token is drawn, in mlx-lm's order and with its meaning (`mlx_lm/sample_utils.py`).
 *
 * First the processors change the logits, whatever the temperature: logit bias, repetition, presence and frequency
 * penalty, then a constraint. Then the sampler works on their log-probabilities: top-p, min-p, XTC, top-k, then the
 * temperature and the draw. Temperature 0 is greedy: the smallest id among the largest logits, nothing of the sampler.
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
  /** Most likely tokens that min-p cannot drop, 1 or more; default 1. */
  readonly minTokensToKeep?: number;
  /** Keep this many most likely tokens; 0 is off. */
  readonly topK: number;
  /**
   * How likely XTC is to act on a token, 0 to 1; 0, the default, is off. It acts where {@link uniformOfXTC} is not over it,
   * and drops all tokens over the threshold but the least likely of them. Needs the feature `xtc`, as the two below.
   */
  readonly xtcProbability?: number;
  /** Probability over which a token is one of XTC's, 0 to 0.5; default 0.1. */
  readonly xtcThreshold?: number;
  /** Ids that XTC never drops, such as those that end an answer. mlx-lm calls them special tokens. */
  readonly xtcExcludedTokens?: readonly number[];
  /**
   * Divides the logit, or multiplies it where negative, of each token among the last `repetitionContext` of prompt and
   * answer; 0 or more, 0 and 1 are off. Needs the feature `penalties`, as the five below.
   */
  readonly repetitionPenalty?: number;
  /** Tokens that it looks back at, 1 or more; default 20. */
  readonly repetitionContext?: number;
  /** Is subtracted from the logit of each token among the last `presenceContext`; 0 is off. */
  readonly presencePenalty?: number;
  /** Tokens that it looks back at, 1 or more; default 20. */
  readonly presenceContext?: number;
  /** Is subtracted from a token's logit for each time it is among the last `frequencyContext`; 0 is off. */
  readonly frequencyPenalty?: number;
  /** Tokens that it looks back at, 1 or more; default 20. */
  readonly frequencyContext?: number;
  /** Is added to the logits of tokens. Needs the feature `logit-bias`. */
  readonly logitBias?: LogitBias;
  /** Unsigned 32-bit integer. */
  readonly seed: number;
}

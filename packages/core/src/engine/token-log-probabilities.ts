/** A token and how likely the model found it. */
export interface LogProbability {
  readonly token: number;
  /** Its text by itself; empty for a special token, and with replacement characters where it is part of a character. */
  readonly text: string;
  /** Natural logarithm, after penalties and biases, before cuts and temperature. */
  readonly logProbability: number;
}

/** A generated token, and the likeliest ones in its place. */
export interface TokenLogProbabilities extends LogProbability {
  /** As many as were asked for, likeliest first. */
  readonly likeliest: readonly LogProbability[];
}

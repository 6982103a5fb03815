import type { ValueId } from '../graph-value.js';

/**
 * Frequencies that grow with the sequence (dynamic NTK): at position p, with n = max(p + 1, maximum), pair i of
 * `rotaryDimensions` / 2 = h turns by (base · (factor · n / maximum - (factor - 1)) ** (2h / (2h - 2))) ** (-i / h) radians a position.
 */
export interface DynamicRope {
  readonly base: number;
  readonly factor: number;
  /** Tokens of context that the model was trained with. */
  readonly maximum: number;
}

/** Frequencies without a table: pair i of `rotaryDimensions` / 2 = h turns by `scale` · base ** (-i / h) radians a position. */
export interface PlainRope {
  readonly base: number;
  /** Factor on positions; 1 but for linear scaling. */
  readonly scale: number;
}

/** Rotary position embedding of `[tokens, heads, D]` at each token's position. */
export interface RopeOperation {
  readonly type: 'rope';
  readonly input: ValueId;
  /** How many of the D elements are rotated, counted from the first; even. */
  readonly rotaryDimensions: number;
  /** `true`: neighbours are a pair; `false`: element i and i + rotaryDimensions / 2. */
  readonly traditional: boolean;
  /** Radians a position for each of the rotaryDimensions / 2 pairs; 0 leaves a pair as it is, and it may be negative. */
  readonly inverseFrequencies: readonly number[];
  /** Factor on the rotated elements; 1 but for yarn and longrope. */
  readonly amplitude: number;
  /** Takes the place of `inverseFrequencies` where it is there. */
  readonly dynamic?: DynamicRope;
  /**
   * What the frequencies follow from, where that is all: a backend whose own rotation takes a base uses it, since far positions
   * tell a frequency's last bit.
   */
  readonly plain?: PlainRope;
  readonly output: ValueId;
}

/** `x · (1 + beta · ln(1 + floor(position / length)))`, `[tokens, …]`: attention that sharpens with the distance (Ministral 3). */
export interface PositionScaleOperation {
  readonly type: 'positionScale';
  readonly input: ValueId;
  readonly beta: number;
  readonly length: number;
  readonly output: ValueId;
}

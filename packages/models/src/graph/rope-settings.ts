import type { DynamicRope, PlainRope } from '@mlxengine/core/graph';

/** How positions rotate, as `RopeOperation` of core takes it. */
export interface RopeSettings {
  /** How many elements of a head are rotated; even. */
  readonly rotaryDimensions: number;
  /** `true`: neighbours are a pair; `false`: element i and i + rotaryDimensions / 2. */
  readonly traditional: boolean;
  /** Radians a position for each pair. */
  readonly inverseFrequencies: readonly number[];
  /** Factor on the rotated elements. */
  readonly amplitude: number;
  /** Takes the place of the inverse frequencies where it is there. */
  readonly dynamic?: DynamicRope;
  /** What the frequencies follow from, where that is all. Whoever changes the frequencies leaves it out. */
  readonly plain?: PlainRope;
}

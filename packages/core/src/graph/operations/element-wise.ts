import type { ValueId } from '../graph-value.js';

/**
 * Functions of one number. `gelu` is exact (erf), `geluTanh` its approximation by tanh, `geluFast` is
 * x · sigmoid(1.702 x), `relu2` the square of relu, `softplus` ln(1 + eˣ).
 */
export type UnaryFunction =
  | 'negative' | 'absolute' | 'exp' | 'log' | 'sqrt' | 'rsqrt' | 'square'
  | 'silu' | 'gelu' | 'geluTanh' | 'geluFast' | 'relu' | 'relu2' | 'sigmoid' | 'tanh' | 'softplus';

/** A function of each element. */
export interface UnaryOperation {
  readonly type: 'unary';
  readonly function: UnaryFunction;
  readonly input: ValueId;
  readonly output: ValueId;
}

/** Functions of two numbers. */
export type BinaryFunction = 'add' | 'subtract' | 'multiply' | 'divide' | 'minimum' | 'maximum';

/**
 * A function of two values, element by element. Trailing dimensions are aligned at the last and broadcast where one of
 * them is 1 or missing; a value with the leading dimension `none` goes with every row of the other.
 */
export interface BinaryOperation {
  readonly type: 'binary';
  readonly function: BinaryFunction;
  readonly left: ValueId;
  readonly right: ValueId;
  readonly output: ValueId;
}

/** `factor · x + offset` */
export interface ScaleOperation {
  readonly type: 'scale';
  readonly input: ValueId;
  readonly factor: number;
  readonly offset: number;
  readonly output: ValueId;
}

/** `min(max(x, minimum), maximum)`; an absent bound is none. */
export interface ClipOperation {
  readonly type: 'clip';
  readonly input: ValueId;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly output: ValueId;
}

/**
 * Activation functions of {@link GatedOperation}; `swigluOai` is gpt-oss's `g · sigmoid(1.702 g) · (u + 1)` with g the gate up to 7
 * and u the other side between -7 and 7.
 */
export type GatedActivation = 'silu' | 'gelu' | 'geluTanh' | 'relu' | 'relu2' | 'sigmoid' | 'swigluOai';

/** `activation(gate) · up`, element by element, of equal shapes. */
export interface GatedOperation {
  readonly type: 'gated';
  readonly activation: GatedActivation;
  readonly gate: ValueId;
  readonly up: ValueId;
  readonly output: ValueId;
}

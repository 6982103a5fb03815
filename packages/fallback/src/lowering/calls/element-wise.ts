import type { BinaryFunction, GatedActivation, UnaryFunction } from '@mlxengine/core/graph';
import type { BufferId, RowsCall } from './call.js';
import type { ElementLayout } from './shapes.js';

/** A function of each of `elements` numbers a row. */
export interface UnaryCall extends RowsCall {
  readonly kernel: 'unary';
  readonly function: UnaryFunction;
  readonly input: BufferId;
  readonly elements: number;
  readonly output: BufferId;
}

/** A function of two values; the output lies densely. */
export interface BinaryCall extends RowsCall {
  readonly kernel: 'binary';
  readonly function: BinaryFunction;
  readonly left: BufferId;
  readonly right: BufferId;
  readonly leftLayout: ElementLayout;
  readonly rightLayout: ElementLayout;
  readonly sizes: readonly number[];
  readonly output: BufferId;
}

/** `factor · x + offset` on `elements` a row. */
export interface ScaleCall extends RowsCall {
  readonly kernel: 'scale';
  readonly input: BufferId;
  readonly factor: number;
  readonly offset: number;
  readonly elements: number;
  readonly output: BufferId;
}

/** Bounds on `elements` a row. */
export interface ClipCall extends RowsCall {
  readonly kernel: 'clip';
  readonly input: BufferId;
  readonly minimum: number;
  readonly maximum: number;
  readonly elements: number;
  readonly output: BufferId;
}

/** Rounds `elements` a row to bfloat16, in place. */
export interface RoundCall extends RowsCall {
  readonly kernel: 'roundBFloat16';
  readonly output: BufferId;
  readonly elements: number;
}

/** `activation(gate) · up` on `elements` a row. */
export interface GatedCall extends RowsCall {
  readonly kernel: 'gated';
  readonly activation: GatedActivation;
  readonly gate: BufferId;
  readonly up: BufferId;
  readonly elements: number;
  readonly output: BufferId;
}

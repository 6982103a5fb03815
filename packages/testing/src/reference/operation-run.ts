import type { GraphOperation, ValueId } from '@mlxengine/core/graph';
import type { ReferenceStep } from './reference-step.js';
import type { ReferenceWeight } from './reference-weights.js';
import type { Tensor } from './tensor.js';

/** What an operation works with. */
export interface OperationRun {
  readonly step: ReferenceStep;
  /** A value that an earlier operation made. */
  value(id: ValueId): Tensor;
  weight(path: string): ReferenceWeight;
  /** Whether a value is rounded to bfloat16. */
  isRounded(id: ValueId): boolean;
}

/** Every output of an operation of more than one, or the one. */
export type OperationResult = Tensor | ReadonlyMap<ValueId, Tensor>;

/** Computes an operation of a type as its definition reads. */
export type Implementation<Type extends GraphOperation['type']> =
  (operation: Extract<GraphOperation, { readonly type: Type }>, run: OperationRun) => OperationResult;

/** Implementations by type. */
export type Implementations<Type extends GraphOperation['type']> = { readonly [Each in Type]: Implementation<Each> };

import type { TensorInformation } from '@mlxengine/core';
import type { LocatedTensor } from '../checkpoint/located-tensor.js';
import type { SymbolicTensorData } from './tensor-expression.js';

/** A tensor under the name that the graph uses. */
export interface DerivedTensor extends TensorInformation {
  /** How its bytes come to be. */
  readonly data: SymbolicTensorData;
  /** Where they lie, where they lie in one file as they are. */
  readonly location: LocatedTensor | undefined;
}

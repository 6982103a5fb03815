import type { TensorDtype } from '@mlxengine/core';
import type { LocatedTensor } from '../checkpoint/located-tensor.js';

/** A tensor that is computed from others when a backend reads it, as plain data. Axes are counted from 0. */
export type TensorExpression =
  | { readonly type: 'source'; readonly tensor: LocatedTensor }
  | { readonly type: 'slice'; readonly input: SymbolicTensorData; readonly axis: number; readonly start: number; readonly end: number; readonly step: number }
  | { readonly type: 'concat'; readonly inputs: readonly SymbolicTensorData[]; readonly axis: number }
  | { readonly type: 'reshape'; readonly input: SymbolicTensorData }
  | { readonly type: 'transpose'; readonly input: SymbolicTensorData; readonly permutation: readonly number[] }
  /** The same bytes as another element type; the last dimension changes with its size. */
  | { readonly type: 'bitcast'; readonly input: SymbolicTensorData }
  /** Numeric conversion of floats. */
  | { readonly type: 'cast'; readonly input: SymbolicTensorData }
  /** `factor · x + offset`, then between the bounds; computed in float32. */
  | { readonly type: 'affine'; readonly input: SymbolicTensorData; readonly factor: number; readonly offset: number; readonly minimum: number; readonly maximum: number }
  /** `x · y` with broadcasting as NumPy has it; computed in float32. */
  | { readonly type: 'multiply'; readonly input: SymbolicTensorData; readonly by: SymbolicTensorData }
  /** A named computation with inputs of its own, such as `dequantizeFloat8`; see `sanitize/functions`. */
  | { readonly type: 'call'; readonly function: TensorFunction; readonly inputs: readonly SymbolicTensorData[]; readonly settings: Readonly<Record<string, number | string>> };

/** Computations on whole tensors that families need; each has a file in `sanitize/functions`. */
export type TensorFunction =
  /** F8_E4M3 (or its U8) `[…, out, in]` and a scale of 128 × 128 blocks, or of rows, or of all: floats. */
  | 'dequantizeFloat8'
  /** Affine weight, scales, biases: floats. */
  | 'dequantizeAffine'
  /** Floats: the packed weight, the scales or the biases (`settings.part`) as MLX quantizes them. */
  | 'quantizeAffine'
  /** BitNet's ternary U8 `[out / 4, in]` and its scale: an affine 2-bit weight, its scales or its biases (`settings.part`). */
  | 'repackTernary'
  /** AutoAWQ's 4-bit qweight, or its qzeros and scales: an affine weight, or its biases (`settings.part`). */
  | 'repackAwq'
  /** Each column divided by its norm (bailing's router). */
  | 'normalizeColumns';

/** Element type, shape and how to compute a tensor. */
export interface SymbolicTensorData {
  readonly dtype: TensorDtype;
  readonly shape: readonly number[];
  readonly expression: TensorExpression;
}

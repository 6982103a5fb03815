import type { Quantization, TensorDtype } from '@mlxengine/core';
import { affineFormatOf, affineGroupSize } from './affine-blocks.js';
import type { AffineFormat } from './affine-blocks.js';
import { denseFormatOf } from './dense-blocks.js';
import type { DenseFormat } from './dense-blocks.js';
import type { GgufTensor } from './gguf-types.js';
import type { NamedTensor } from './llama-tensors.js';

/** One tensor of the checkpoint to be written. */
export interface OutputTensor {
  readonly name: string;
  readonly dtype: TensorDtype;
  readonly shape: readonly number[];
  readonly byteLength: number;
}

/** How one GGUF tensor becomes one to three of the checkpoint, which follow one another in the file. */
export interface TensorPlan {
  readonly source: GgufTensor;
  /** Module path in the checkpoint, such as `model.layers.0.self_attn.q_proj`. */
  readonly path: string;
  /** Rows of an attention head whose rope order has to be put back; 0 where rows stay. */
  readonly headRows: number;
  readonly conversion: Conversion;
  readonly outputs: readonly OutputTensor[];
}

/** What happens to a tensor's elements. */
export type Conversion =
  | { readonly type: 'copy' }
  | { readonly type: 'affine'; readonly format: AffineFormat; readonly scaleDtype: 'float16' | 'float32' }
  | { readonly type: 'dense'; readonly format: DenseFormat; readonly dtype: 'float16' | 'float32' };

const itemBytes = { float16: 2, float32: 4 } as const;
const dtypeNames = { float16: 'F16', float32: 'F32' } as const;

/**
 * Plans a tensor.
 * @param overflows - whether a value that is to be float16 would not fit; float32 takes its place then
 */
export function planTensor(tensor: NamedTensor, overflows: boolean): TensorPlan {
  const conversion = conversionOf(tensor.source, overflows);
  return { ...tensor, conversion, outputs: outputsOf(tensor, conversion) };
}

function conversionOf(source: GgufTensor, overflows: boolean): Conversion {
  const affine = affineFormatOf(source.type.name);
  if (affine !== undefined) {
    return { type: 'affine', format: affine, scaleDtype: overflows ? 'float32' : affine.scaleDtype };
  }
  const dense = denseFormatOf(source.type.name);
  if (dense !== undefined) return { type: 'dense', format: dense, dtype: overflows ? 'float32' : 'float16' };
  return { type: 'copy' };
}

function outputsOf({ source, path, parameter }: NamedTensor, conversion: Conversion): readonly OutputTensor[] {
  const { shape } = source;
  const name = `${path}.${parameter}`;
  const elements = shape.reduce((product, dimension) => product * dimension, 1);
  if (conversion.type === 'copy') {
    return [{ name, dtype: source.type.name as TensorDtype, shape, byteLength: source.byteLength }];
  }
  if (conversion.type === 'dense') {
    return [{ name, dtype: dtypeNames[conversion.dtype], shape, byteLength: elements * itemBytes[conversion.dtype] }];
  }
  const { format: { bits }, scaleDtype } = conversion;
  const rowElements = shape.at(-1) ?? 0;
  const groups = [...shape.slice(0, -1), rowElements / affineGroupSize];
  const groupBytes = (elements / affineGroupSize) * itemBytes[scaleDtype];
  const dtype = dtypeNames[scaleDtype];
  return [
    { name, dtype: 'U32', shape: [...shape.slice(0, -1), (rowElements * bits) / 32], byteLength: (elements * bits) / 8 },
    { name: `${path}.scales`, dtype, shape: groups, byteLength: groupBytes },
    { name: `${path}.biases`, dtype, shape: groups, byteLength: groupBytes },
  ];
}

/** Quantization of what a plan writes; `undefined` for a dense tensor. */
export function quantizationOf({ conversion }: TensorPlan): Quantization | undefined {
  return conversion.type === 'affine'
    ? { mode: 'affine', bits: conversion.format.bits, groupSize: affineGroupSize }
    : undefined;
}

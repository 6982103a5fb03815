import type { TensorDtype } from '@mlxengine/core';

const sizes: Readonly<Record<TensorDtype, number>> = {
  F64: 8, F32: 4, F16: 2, BF16: 2,
  I64: 8, I32: 4, I16: 2, I8: 1,
  U64: 8, U32: 4, U16: 2, U8: 1,
  F8_E4M3: 1, F8_E5M2: 1, F8_E8M0: 1,
  BOOL: 1,
};

/** Element types that a checkpoint's tensors may have. */
export const tensorDtypes: readonly TensorDtype[] = Object.keys(sizes) as TensorDtype[];

/** Whether a string names a {@link TensorDtype}. */
export function isTensorDtype(name: string): name is TensorDtype {
  return Object.hasOwn(sizes, name);
}

/** Whether the dtype is one that dense weights of a model have. */
export function isFloatDtype(dtype: TensorDtype): dtype is 'F32' | 'F16' | 'BF16' {
  return dtype === 'F32' || dtype === 'F16' || dtype === 'BF16';
}

/** Bytes of one element. */
export function bytesPerElement(dtype: TensorDtype): number {
  return sizes[dtype];
}

/** Product of a shape's dimensions, which are known to be within bounds. */
export function product(shape: readonly number[]): number {
  return shape.reduce((count, size) => count * size, 1);
}

/** Elements of a shape; 1 for a scalar's empty one. `undefined` where no safe integer holds the count. */
function elementCount(shape: readonly number[]): number | undefined {
  let count = 1;
  for (const dimension of shape) {
    count *= dimension;
    if (!Number.isSafeInteger(count)) return undefined;
  }
  return count;
}

/** Bytes of a tensor. `undefined` where no safe integer holds the number. */
export function tensorByteLength(dtype: TensorDtype, shape: readonly number[]): number | undefined {
  const count = elementCount(shape);
  if (count === undefined) return undefined;
  const bytes = count * bytesPerElement(dtype);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** A shape as messages show it, such as `[576, 72]`. */
export function formatShape(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

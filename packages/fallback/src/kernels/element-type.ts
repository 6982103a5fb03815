import type { TensorDtype } from '@mlxengine/core';

/** Numbers of the element types in the kernels; the same as in `assembly/half.ts`. */
export const elementTypes = { F32: 0, F16: 1, BF16: 2 } as const;

/** Element types that the kernels read. */
export type ElementType = keyof typeof elementTypes;

/** Whether the kernels read tensors of this type. */
export function isElementType(dtype: TensorDtype): dtype is ElementType {
  return dtype in elementTypes;
}

/** Bytes of one element. */
export function elementBytes(type: ElementType): number {
  return type === 'F32' ? 4 : 2;
}

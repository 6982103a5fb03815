import { CheckpointError } from '@mlxengine/core';
import type { TensorWithBytes } from '@mlxengine/models';

/** Whole numbers of a tensor. */
export function integersOf(tensor: TensorWithBytes, file: string): readonly number[] {
  const view = viewOf(tensor);
  switch (tensor.dtype) {
    case 'U8': return elements(tensor, 1, (at) => view.getUint8(at));
    case 'I16': return elements(tensor, 2, (at) => view.getInt16(at, true));
    case 'U16': return elements(tensor, 2, (at) => view.getUint16(at, true));
    case 'I32': return elements(tensor, 4, (at) => view.getInt32(at, true));
    case 'U32': return elements(tensor, 4, (at) => view.getUint32(at, true));
    case 'I64': return elements(tensor, 8, (at) => Number(view.getBigInt64(at, true)));
    default: throw mismatch(tensor, file, 'U8 | I16 | U16 | I32 | U32 | I64');
  }
}

/** Floats of a tensor; those of 16 bits widened. */
export function floatsOf(tensor: TensorWithBytes, file: string): Float32Array {
  const view = viewOf(tensor);
  switch (tensor.dtype) {
    case 'F32': return Float32Array.from(elements(tensor, 4, (at) => view.getFloat32(at, true)));
    case 'F16': return Float32Array.from(elements(tensor, 2, (at) => halfOf(view.getUint16(at, true))));
    case 'BF16': return new Float32Array(Uint32Array.from(elements(tensor, 2, (at) => view.getUint16(at, true) << 16)).buffer);
    default: throw mismatch(tensor, file, 'F32 | F16 | BF16');
  }
}

function viewOf({ bytes, byteLength }: TensorWithBytes): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, byteLength);
}

function elements({ byteLength }: TensorWithBytes, width: number, read: (at: number) => number): number[] {
  return Array.from({ length: byteLength / width }, (_, i) => read(i * width));
}

/** Plain code: `DataView.getFloat16` is missing in browsers that everything else runs in. */
function halfOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

function mismatch({ name, dtype, shape }: TensorWithBytes, file: string, expected: string): CheckpointError {
  return new CheckpointError('checkpoint.reference-mismatch', { tensor: name, file, found: `${dtype} [${shape.join(', ')}]`, expected });
}

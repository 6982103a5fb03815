import type { TensorWithBytes } from '@mlxengine/models';
import { expect, test } from 'vitest';
import { floatsOf, integersOf } from './reference-tensors.js';

function tensor(dtype: TensorWithBytes['dtype'], { buffer, byteLength, length }: Uint8Array | Int16Array | Uint16Array | BigInt64Array): TensorWithBytes {
  return { name: 't', dtype, shape: [length], byteLength, bytes: new Uint8Array(buffer) };
}

test('half floats are read, subnormal and infinite ones too', () => {
  const bits = Uint16Array.of(0x3c00, 0xc000, 0x3555, 0x0001, 0x8000, 0x7bff, 0x7c00, 0xfc00, 0x7e00);
  expect([...floatsOf(tensor('F16', bits), 'f')]).toEqual([1, -2, 0.333251953125, 2 ** -24, -0, 65504, Infinity, -Infinity, NaN]);
  expect([...floatsOf(tensor('BF16', Uint16Array.of(0x3f80, 0xc040)), 'f')]).toEqual([1, -3]);
});

test('tokens of every width are read', () => {
  expect(integersOf(tensor('U8', Uint8Array.of(0, 255)), 'f')).toEqual([0, 255]);
  expect(integersOf(tensor('I16', Int16Array.of(7, 32767)), 'f')).toEqual([7, 32767]);
  expect(integersOf(tensor('U16', Uint16Array.of(7, 65535)), 'f')).toEqual([7, 65535]);
  expect(integersOf(tensor('I64', BigInt64Array.of(5n)), 'f')).toEqual([5]);
});

test('another dtype is an error of the reference', () => {
  const expected = expect.objectContaining({ code: 'checkpoint.reference-mismatch' }) as Error;
  expect(() => integersOf(tensor('F16', Uint16Array.of(1)), 'f')).toThrow(expected);
  expect(() => floatsOf(tensor('I64', BigInt64Array.of(1n)), 'f')).toThrow(expected);
});

import { readFileSync } from 'node:fs';
import { CheckpointError } from '@mlxengine/core';
import type { TensorDtype } from '@mlxengine/core';
import { expect, test } from 'vitest';
import { MemorySource } from '../../tests/support/memory-source.js';
import { bytesPerElement, product } from '../tensors/dtype.js';
import { openTensor } from './readers/open-tensor.js';
import { dequantizeAffine, dequantizeFloat8, normalizeColumns, quantizeAffine, repackAwq, repackTernary } from './rewrites.js';
import { SymbolicTensor } from './symbolic-tensor.js';

/** Bytes that MLX made of bytes; `tests/support/sanitize_reference.py` writes the file. */
interface Golden {
  readonly affine: readonly {
    readonly dtype: 'F32' | 'F16' | 'BF16'; readonly bits: number; readonly groupSize: number;
    readonly input: string; readonly weight: string; readonly scales: string; readonly biases: string; readonly values: string;
  }[];
  readonly float8: { readonly shape: readonly number[]; readonly codes: string; readonly scale: string; readonly values: string };
  readonly columns: { readonly input: string; readonly values: string };
  readonly awq: Readonly<Record<'qweight' | 'qzeros' | 'scales' | 'weight' | 'outScales' | 'biases' | 'symmetricBiases', string>>;
  readonly scalar: { readonly input: string; readonly scaled: string };
  readonly cast: { readonly input: string; readonly BF16: string; readonly F16: string };
}

const golden = JSON.parse(readFileSync(new URL('../../tests/support/sanitize-golden.json', import.meta.url), 'utf8')) as Golden;
const bytesOf = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, 'base64'));
const files: Record<string, Uint8Array> = {};

function tensor(dtype: TensorDtype, shape: readonly number[], bytes: Uint8Array): SymbolicTensor {
  const file = `f${Object.keys(files).length}`;
  files[file] = bytes;
  expect(bytes).toHaveLength(product(shape) * bytesPerElement(dtype));
  return SymbolicTensor.source({ name: file, file, dtype, shape, byteLength: bytes.length, byteOffset: 0 });
}

async function read(data: SymbolicTensor): Promise<Uint8Array> {
  const into = new Uint8Array(product(data.shape) * bytesPerElement(data.dtype));
  await openTensor(data, { source: new MemorySource(files) }).read(0, into);
  return into;
}

const floats = (...values: readonly number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
const floatsOf = async (data: SymbolicTensor): Promise<readonly number[]> => [...new Float32Array((await read(data.cast('F32'))).buffer)];

test.for(golden.affine)('affine quantization of $dtype, $bits bits in groups of $groupSize, as MLX has it bit for bit', async (given) => {
  const format = { bits: given.bits, groupSize: given.groupSize };
  const made = quantizeAffine(tensor(given.dtype, [4, 128], bytesOf(given.input)), format);
  expect(await read(made.weight)).toEqual(bytesOf(given.weight));
  expect(await read(made.scales)).toEqual(bytesOf(given.scales));
  expect(await read(made.biases)).toEqual(bytesOf(given.biases));
  expect(await read(dequantizeAffine(made, format))).toEqual(bytesOf(given.values));
  const parts = made.weight.slice(0, 2, 4);
  expect(await read(parts)).toEqual(bytesOf(given.weight).slice(bytesOf(given.weight).length / 2));
});

test('float8 with a scale for each block, ends included, as mlx-lm has it', async () => {
  const { shape, codes, scale, values } = golden.float8;
  const weight = tensor('F8_E4M3', shape, bytesOf(codes));
  const found = dequantizeFloat8(weight, tensor('F32', [2, 2], bytesOf(scale)));
  expect(found.dtype).toBe('BF16');
  expect(await read(found)).toEqual(bytesOf(values));
  expect(await read(dequantizeFloat8(weight.bitcast('U8'), tensor('F32', [2, 2], bytesOf(scale))))).toEqual(bytesOf(values));
});

test('float8 with a scale for rows, matrices or all, and in blocks of another size', async () => {
  // 0x38 is 1, 0x40 is 2.
  const codes = Uint8Array.from([0x38, 0x40, 0x38, 0x40, 0x38, 0x40, 0x38, 0x40]);
  const matrix = tensor('F8_E4M3', [2, 4], codes);
  expect(await floatsOf(dequantizeFloat8(matrix, tensor('F32', [], floats(3))))).toEqual([3, 6, 3, 6, 3, 6, 3, 6]);
  expect(await floatsOf(dequantizeFloat8(matrix, tensor('F32', [2, 1], floats(3, 5))))).toEqual([3, 6, 3, 6, 5, 10, 5, 10]);
  expect(await floatsOf(dequantizeFloat8(matrix, tensor('F32', [2], floats(3, 5))))).toEqual([3, 6, 3, 6, 5, 10, 5, 10]);
  const blocks = dequantizeFloat8(matrix, tensor('F32', [1, 2], floats(3, 5)), { blockRows: 2, blockColumns: 2 });
  expect(await floatsOf(blocks)).toEqual([3, 6, 5, 10, 3, 6, 5, 10]);
  const stack = tensor('F8_E4M3', [2, 1, 4], codes);
  expect(await floatsOf(dequantizeFloat8(stack, tensor('F32', [2], floats(3, 5))))).toEqual([3, 6, 3, 6, 5, 10, 5, 10]);
  expect(await floatsOf(dequantizeFloat8(stack, tensor('F32', [2, 1, 1], floats(3, 5))))).toEqual([3, 6, 3, 6, 5, 10, 5, 10]);
});

test.for(['multiply', 'divide'] as const)('ternary weights become affine ones of two bits without loss (%s)', async (use) => {
  const columns = 64;
  const levels = Array.from({ length: 8 * columns }, (_, index) => (index * 7 + Math.floor(index / columns)) % 3);
  const packed = Uint8Array.from({ length: 2 * columns }, (_, index) => [0, 1, 2, 3].reduce((byte, part) =>
    byte | ((levels[(Math.floor(index / columns) + 2 * part) * columns + (index % columns)] as number) << (2 * part)), 0));
  const made = repackTernary(tensor('U8', [2, columns], packed), tensor('F32', [1], floats(3)), use);
  expect([made.weight.shape, made.scales.shape]).toEqual([[8, 4], [8, 1]]);
  const scale = Math.fround(use === 'multiply' ? 3 : 1 / 3);
  expect(await floatsOf(dequantizeAffine(made, { bits: 2, groupSize: 64 }))).toEqual(levels.map((level) => (level - 1) * scale));
});

test('columns divided by their norms, as mlx-lm has them', async () => {
  expect(await read(normalizeColumns(tensor('BF16', [5, 7], bytesOf(golden.columns.input))))).toEqual(bytesOf(golden.columns.values));
});

test('AutoAWQ\'s tensors, with zeros and without, as mlx-lm has them', async () => {
  const { qweight, qzeros, scales, weight, outScales, biases, symmetricBiases } = golden.awq;
  const [q, s] = [tensor('I32', [64, 4], bytesOf(qweight)), tensor('F16', [2, 32], bytesOf(scales))];
  const made = repackAwq(q, s, tensor('I32', [2, 4], bytesOf(qzeros)));
  expect(await read(made.weight)).toEqual(bytesOf(weight));
  expect(await read(made.scales)).toEqual(bytesOf(outScales));
  expect(await read(made.biases)).toEqual(bytesOf(biases));
  expect(await read(repackAwq(q, s, undefined).biases)).toEqual(bytesOf(symmetricBiases));
});

test('numbers take the tensor\'s element type before they are used, as in MLX', async () => {
  const input = tensor('BF16', [64], bytesOf(golden.scalar.input));
  expect(await read(input.scale(0.0883883, 1))).toEqual(bytesOf(golden.scalar.scaled));
});

test.for(['BF16', 'F16'] as const)('casts to %s round to nearest, ties to even', async (dtype) => {
  const bytes = bytesOf(golden.cast.input);
  expect(await read(tensor('F32', [bytes.length / 4], bytes).cast(dtype))).toEqual(bytesOf(golden.cast[dtype]));
});

test.for<readonly [string, () => unknown]>([
  ['float8 of floats', () => dequantizeFloat8(tensor('F32', [1, 1], floats(1)), tensor('F32', [1], floats(1)))],
  ['scales for other blocks', () => dequantizeFloat8(tensor('U8', [2, 2], new Uint8Array(4)), tensor('F32', [3], floats(1, 2, 3)))],
  ['groups that do not divide', () => quantizeAffine(tensor('F32', [1, 48], new Uint8Array(192)), { bits: 4, groupSize: 32 })],
  ['bits that MLX does not know', () => quantizeAffine(tensor('F32', [1, 64], new Uint8Array(256)), { bits: 7, groupSize: 32 })],
  ['ternary floats', () => repackTernary(tensor('F32', [1, 64], new Uint8Array(256)), tensor('F32', [1], floats(1)), 'divide')],
  ['ternary columns without a group', () => repackTernary(tensor('U8', [1, 40], new Uint8Array(40)), tensor('F32', [1], floats(1)), 'divide')],
  ['columns of a vector', () => normalizeColumns(tensor('F32', [1], floats(1)))],
  ['AWQ zeros of another shape', () => repackAwq(tensor('I32', [8, 1], new Uint8Array(32)), tensor('F16', [1, 8], new Uint8Array(16)), tensor('I32', [2, 1], new Uint8Array(8)))],
])('%s: refused', ([, derive]) => {
  expect(derive).toThrow(CheckpointError);
});

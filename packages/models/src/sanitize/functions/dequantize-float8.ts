import { bytesPerElement, isFloatDtype, product } from '../../tensors/dtype.js';
import { encodeFloats } from '../../tensors/floats.js';
import type { FloatDtype } from '../../tensors/floats.js';
import { ComputedReader } from '../readers/computed-reader.js';
import { readFloats } from '../readers/element-readers.js';
import type { TensorReader } from '../readers/tensor-reader.js';
import { expectFit, floatInput, numberSetting, sameShape } from './function-definition.js';
import type { FunctionCall, FunctionDefinition } from './function-definition.js';

const defaultBlock = 128;

/** Values of the 256 E4M3 codes: 4 bits of exponent with bias 7, 3 of fraction, no infinities. */
const float8Values: Float32Array = Float32Array.from({ length: 256 }, (_, code) => {
  const sign = code < 128 ? 1 : -1;
  const [exponent, fraction] = [(code >> 3) & 15, code & 7];
  if (exponent === 15 && fraction === 7) return NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -9 : (8 + fraction) * 2 ** (exponent - 10));
});

/** Elements of the weight that share a scale, along rows and columns. */
interface Blocks {
  readonly rows: number;
  readonly columns: number;
  /** Scales of a matrix, along its rows and columns. */
  readonly shape: readonly [number, number];
}

/** `weight · scale`, the scale of a block, a row, a matrix or all. */
export const dequantizeFloat8: FunctionDefinition = {
  check(call) {
    const [weight, scale, ...rest] = call.inputs;
    const fits = weight !== undefined && scale !== undefined && rest.length === 0 && (weight.dtype === 'F8_E4M3' || weight.dtype === 'U8')
      && isFloatDtype(scale.dtype) && isFloatDtype(call.output.dtype) && weight.shape.length >= 2 && sameShape(weight.shape, call.output.shape)
      && blocksOf(call) !== undefined;
    expectFit(call, fits, 'F8_E4M3 […, out, in] and floats for blocks, rows or all');
  },
  open(call, [weight, scale]) {
    const { dtype, shape } = call.output;
    const [rows, columns] = shape.slice(-2) as [number, number];
    const [, scaleData] = call.inputs;
    const blocks = blocksOf(call) as Blocks;
    const perMatrix = product(blocks.shape);
    const matrices = product(scaleData?.shape ?? []) / perMatrix;
    let scales: Float32Array | undefined;
    return new ComputedReader({
      unitBytes: columns * bytesPerElement(dtype),
      elementBytes: bytesPerElement(dtype),
      async compute(first, count, into) {
        scales ??= await readFloats(floatInput(scaleData as FunctionCall['inputs'][number], scale as TensorReader), 0, matrices * perMatrix);
        const codes = new Uint8Array(count * columns);
        await (weight as TensorReader).read(first * columns, codes);
        const values = new Float32Array(codes.length);
        for (let row = 0; row < count; row += 1) {
          const matrix = matrices === 1 ? 0 : Math.floor((first + row) / rows);
          const scaleRow = Math.floor(((first + row) % rows) / blocks.rows);
          dequantizeRow(codes, values, { begin: row * columns, columns, blockColumns: blocks.columns }, scales.subarray(matrix * perMatrix + scaleRow * blocks.shape[1]));
        }
        encodeFloats(dtype as FloatDtype, values, into);
      },
    });
  },
};

function dequantizeRow(
  codes: Uint8Array, values: Float32Array, row: { readonly begin: number; readonly columns: number; readonly blockColumns: number }, scales: Float32Array,
): void {
  const end = row.begin + row.columns;
  for (let begin = row.begin, block = 0; begin < end; begin += row.blockColumns, block += 1) {
    const scale = scales[block] as number;
    const blockEnd = Math.min(begin + row.blockColumns, end);
    for (let index = begin; index < blockEnd; index += 1) values[index] = (float8Values[codes[index] as number] as number) * scale;
  }
}

/** What a scale of such a shape is for; a number stands for all, a vector for rows (or, of a stack, one for each matrix). */
function blocksOf(call: FunctionCall): Blocks | undefined {
  const [weight, scale] = call.inputs;
  const [rows = 0, columns = 0] = weight?.shape.slice(-2) ?? [];
  const leading = weight?.shape.slice(0, -2) ?? [];
  const shape = scale?.shape ?? [];
  const [blockRows, blockColumns] = [numberSetting(call, 'blockRows', defaultBlock), numberSetting(call, 'blockColumns', defaultBlock)];
  if (!(blockRows >= 1) || !(blockColumns >= 1)) return undefined;
  const inBlocks = [Math.ceil(rows / blockRows), Math.ceil(columns / blockColumns)] as const;
  const whole: Blocks = { rows, columns, shape: [1, 1] };
  if (product(shape) === 1 || sameShape(shape, leading)) return whole;
  const all = (count: readonly number[]): boolean => sameShape(shape, [...leading, ...count]);
  if (all(inBlocks)) return { rows: blockRows, columns: blockColumns, shape: inBlocks };
  if (all([rows, 1]) || all([rows])) return { rows: 1, columns, shape: [rows, 1] };
  return all([1, 1]) || all([1]) ? whole : undefined;
}

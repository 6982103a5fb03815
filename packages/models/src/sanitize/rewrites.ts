import { affineShapes } from './functions/affine-groups.js';
import type { AffineFormat } from './functions/affine-groups.js';
import { SymbolicTensor } from './symbolic-tensor.js';

/** The three tensors of a weight with MLX's affine quantization. */
export interface AffineTensors {
  readonly weight: SymbolicTensor;
  readonly scales: SymbolicTensor;
  readonly biases: SymbolicTensor;
}

/** Elements of a float8 weight that share a scale; default 128 × 128. */
export interface Float8Blocks {
  readonly blockRows?: number;
  readonly blockColumns?: number;
}

/** A float8 weight `[…, out, in]` in bfloat16, as mlx-lm has it; its scale is for blocks, rows, matrices or all, as its shape says. */
export function dequantizeFloat8(weight: SymbolicTensor, scale: SymbolicTensor, blocks: Float8Blocks = {}): SymbolicTensor {
  return SymbolicTensor.call('dequantizeFloat8', [weight, scale], { dtype: 'BF16', shape: weight.shape }, { ...blocks });
}

/** An affine weight as floats `[…, in]` of its scales' element type. */
export function dequantizeAffine({ weight, scales, biases }: AffineTensors, { bits, groupSize }: AffineFormat): SymbolicTensor {
  const shape = scales.shape.with(-1, scales.size(-1) * groupSize);
  return SymbolicTensor.call('dequantizeAffine', [weight, scales, biases], { dtype: scales.dtype, shape }, { bits, groupSize });
}

/** Floats `[…, in]` quantized as `mx.quantize` does, bit for bit. */
export function quantizeAffine(input: SymbolicTensor, format: AffineFormat): AffineTensors {
  const { weight, groups } = affineShapes(input.shape, format);
  const part = (name: string, dtype: SymbolicTensor['dtype'], shape: readonly number[]): SymbolicTensor =>
    SymbolicTensor.call('quantizeAffine', [input], { dtype, shape }, { bits: format.bits, groupSize: format.groupSize, part: name });
  return { weight: part('weight', 'U32', weight), scales: part('scales', input.dtype, groups), biases: part('biases', input.dtype, groups) };
}

/**
 * BitNet's ternary weight, U8 `[out / 4, in]`, as an affine one of 2 bits, without loss.
 * @param use - whether its scale multiplies or divides the weight
 */
export function repackTernary(weight: SymbolicTensor, scale: SymbolicTensor, use: 'multiply' | 'divide'): AffineTensors {
  const columns = weight.size(-1);
  const groupSize = [128, 64, 32].find((size) => columns % size === 0) ?? 32;
  const shapes = affineShapes([4 * weight.size(0), columns], { bits: 2, groupSize });
  const part = (name: string, dtype: SymbolicTensor['dtype'], shape: readonly number[]): SymbolicTensor =>
    SymbolicTensor.call('repackTernary', [weight, scale], { dtype, shape }, { groupSize, part: name, scale: use });
  return { weight: part('weight', 'U32', shapes.weight), scales: part('scales', 'F32', shapes.groups), biases: part('biases', 'F32', shapes.groups) };
}

/** Each column of `[out, in]` divided by its Euclidean norm plus 1e-7. */
export function normalizeColumns(input: SymbolicTensor): SymbolicTensor {
  return SymbolicTensor.call('normalizeColumns', [input], input);
}

/** AutoAWQ's 4-bit tensors as affine ones. @param zeros - absent where all are 8 */
export function repackAwq(weight: SymbolicTensor, scales: SymbolicTensor, zeros: SymbolicTensor | undefined): AffineTensors {
  const [rows = 0, words = 0] = weight.shape;
  const transposed = scales.transpose([1, 0]);
  return {
    weight: SymbolicTensor.call('repackAwq', [weight], { dtype: 'U32', shape: [8 * words, Math.floor(rows / 8)] }, { part: 'weight' }),
    scales: transposed,
    biases: zeros === undefined ? transposed.scale(-8) : SymbolicTensor.call('repackAwq', [zeros, scales], transposed, { part: 'biases' }),
  };
}

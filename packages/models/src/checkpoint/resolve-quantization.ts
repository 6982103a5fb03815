import { CheckpointError } from '@mlxengine/core';
import type { Quantization, TensorInformation } from '@mlxengine/core';
import type { WeightDeclaration } from '@mlxengine/core/graph';
import { formatShape, isFloatDtype } from '../tensors/dtype.js';
import { unsupported } from './quantization-settings.js';
import type { QuantizationSettings, WeightSetting } from './quantization-settings.js';

const affineBits: readonly number[] = [2, 3, 4, 5, 6, 8];
const affineGroupSizes: readonly number[] = [32, 64, 128];

/** What a resolution looks at. */
export interface ResolutionContext {
  /** Name of the checkpoint in messages. */
  readonly source: string;
  readonly tensors: ReadonlyMap<string, TensorInformation>;
  readonly settings: QuantizationSettings;
}

/**
 * Quantization of one matrix, as mlx-lm decides it: an explicit path of the config wins, otherwise the weight is quantized
 * if and only if it has scales, and bits and group size follow from the shapes. The result is checked against every
 * shape.
 * @returns `undefined` for a dense weight
 * @throws `CheckpointError` where tensors and settings do not fit, `UnsupportedFeatureError` for formats other than affine
 */
export function resolveQuantization(weight: WeightDeclaration, context: ResolutionContext): Quantization | undefined {
  const { path } = weight;
  const setting = context.settings.forPath(path);
  const quantized = setting === undefined ? context.tensors.has(`${path}.scales`) : setting !== 'dense';
  return quantized ? resolveAffine(weight, setting, context) : undefined;
}

function resolveAffine(weight: WeightDeclaration, setting: WeightSetting | undefined, context: ResolutionContext): Quantization {
  const [rows = 0, columns = 0] = weight.shape;
  const check = new QuantizedWeight(weight.path, context);
  const scales = check.tensor('scales');
  if (scales.dtype === 'U8') throw unsupported(check.floatMode(columns), weight.path);
  if (!isFloatDtype(scales.dtype)) throw check.mismatch(scales, 'F32 | F16 | BF16');
  const packed = check.tensor('weight');
  const explicit = typeof setting === 'object' ? setting : {};
  const bits = explicit.bits ?? (last(packed) * 32) / columns;
  const groupSize = explicit.groupSize ?? columns / last(scales);
  if (!affineBits.includes(bits)) throw check.mismatch(packed, `U32 [${rows}, ${columns} · (${affineBits.join(' | ')}) / 32]`);
  if (!affineGroupSizes.includes(groupSize)) throw check.mismatch(scales, `[${rows}, ${columns} / (${affineGroupSizes.join(' | ')})]`);
  const groups = [rows, columns / groupSize];
  check.expect('weight', 'U32', [rows, (columns * bits) / 32]);
  check.expect('scales', scales.dtype, groups);
  check.expect('biases', scales.dtype, groups);
  return { mode: 'affine', bits, groupSize };
}

function last({ shape }: TensorInformation): number {
  return shape.at(-1) ?? 0;
}

/** The tensors of one quantized weight. */
class QuantizedWeight {
  private readonly path: string;
  private readonly context: ResolutionContext;

  constructor(path: string, context: ResolutionContext) {
    this.path = path;
    this.context = context;
  }

  tensor(part: 'weight' | 'scales' | 'biases'): TensorInformation {
    const name = `${this.path}.${part}`;
    const tensor = this.context.tensors.get(name);
    if (tensor !== undefined) return tensor;
    throw this.error(name, 'missing', 'U32 weight, scales, biases');
  }

  /** Name of the float format that U8 scales stand for (checkpoint layout of MLX). */
  floatMode(columns: number): string {
    const bits = (last(this.tensor('weight')) * 32) / columns;
    const groupSize = columns / last(this.tensor('scales'));
    if (bits === 8) return 'mxfp8';
    return groupSize === 16 ? 'nvfp4' : 'mxfp4';
  }

  expect(part: 'weight' | 'scales' | 'biases', dtype: string, shape: readonly number[]): void {
    const tensor = this.tensor(part);
    const expected = `${dtype} ${formatShape(shape)}`;
    if (describeTensor(tensor) !== expected) throw this.mismatch(tensor, expected);
  }

  mismatch(tensor: TensorInformation, expected: string): CheckpointError {
    return this.error(tensor.name, describeTensor(tensor), expected);
  }

  private error(tensor: string, found: string, expected: string): CheckpointError {
    return new CheckpointError('checkpoint.quantization-mismatch', { path: this.path, source: this.context.source, tensor, found, expected });
  }
}

/** Dtype and shape of a tensor as messages show them. */
export function describeTensor({ dtype, shape }: TensorInformation): string {
  return `${dtype} ${formatShape(shape)}`;
}

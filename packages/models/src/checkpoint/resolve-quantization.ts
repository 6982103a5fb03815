import { CheckpointError } from '@mlxengine/core';
import type { Quantization, QuantizationMode, TensorInformation } from '@mlxengine/core';
import type { WeightDeclaration } from '@mlxengine/core/graph';
import { formatShape, isFloatDtype } from '../tensors/dtype.js';
import type { QuantizationSettings, WeightSetting } from './quantization-settings.js';

const affineBits: readonly number[] = [2, 3, 4, 5, 6, 8];
const affineGroupSizes: readonly number[] = [32, 64, 128];

/** Formats of floats, told apart by bits and group size. */
const floatFormats: readonly (Quantization & { readonly mode: Exclude<QuantizationMode, 'affine'> })[] = [
  { mode: 'nvfp4', bits: 4, groupSize: 16 }, { mode: 'mxfp4', bits: 4, groupSize: 32 }, { mode: 'mxfp8', bits: 8, groupSize: 32 },
];

/** What a resolution looks at. */
export interface ResolutionContext {
  /** Name of the checkpoint in messages. */
  readonly source: string;
  readonly tensors: ReadonlyMap<string, TensorInformation>;
  readonly settings: QuantizationSettings;
}

/** Parts of a quantized weight besides the packed values. */
type Part = 'scales' | 'biases' | 'global_scale';

/** A weight's quantization and the tensors that it takes besides `weight`. */
export interface ResolvedQuantization {
  readonly quantization: Quantization;
  readonly parts: readonly Part[];
}

/**
 * Quantization of a matrix or a stack, as mlx-lm decides it: an explicit path of the config wins, otherwise the weight is
 * quantized if and only if it has scales, and mode, bits and group size follow from the tensors. The result is checked
 * against every shape.
 * @returns `undefined` for a dense weight
 * @throws `CheckpointError` where tensors and settings do not fit
 */
export function resolveQuantization(weight: WeightDeclaration, context: ResolutionContext): ResolvedQuantization | undefined {
  const { path } = weight;
  const setting = context.settings.forPath(path);
  const quantized = setting === undefined ? context.tensors.has(`${path}.scales`) : setting !== 'dense';
  if (!quantized) return undefined;
  const check = new QuantizedWeight(weight, context);
  const scales = check.tensor('scales');
  const explicit: Exclude<WeightSetting, string> = typeof setting === 'object' ? setting : {};
  const isFloatMode = scales.dtype === 'U8';
  if (explicit.mode !== undefined && (explicit.mode !== 'affine') !== isFloatMode) throw check.mismatch(scales, explicit.mode === 'affine' ? 'F32 | F16 | BF16' : 'U8');
  return isFloatMode ? resolveFloats(check, explicit) : resolveAffine(check, explicit);
}

function resolveAffine(check: QuantizedWeight, explicit: Exclude<WeightSetting, string>): ResolvedQuantization {
  const scales = check.tensor('scales');
  if (!isFloatDtype(scales.dtype)) throw check.mismatch(scales, 'F32 | F16 | BF16');
  const bits = explicit.bits ?? check.bits;
  const groupSize = explicit.groupSize ?? check.groupSize;
  const { rows, columns } = check;
  if (!affineBits.includes(bits)) throw check.mismatch(check.tensor('weight'), `U32 [${rows.join(', ')}, ${columns} · (${affineBits.join(' | ')}) / 32]`);
  if (!affineGroupSizes.includes(groupSize)) throw check.mismatch(scales, `[${rows.join(', ')}, ${columns} / (${affineGroupSizes.join(' | ')})]`);
  check.expectShapes(bits, groupSize, scales.dtype);
  check.expect('biases', scales.dtype, [...rows, columns / groupSize]);
  return { quantization: { mode: 'affine', bits, groupSize }, parts: ['scales', 'biases'] };
}

function resolveFloats(check: QuantizedWeight, explicit: Exclude<WeightSetting, string>): ResolvedQuantization {
  const bits = explicit.bits ?? check.bits;
  const groupSize = explicit.groupSize ?? check.groupSize;
  const format = floatFormats.find((known) => known.bits === bits && known.groupSize === groupSize && known.mode === (explicit.mode ?? known.mode));
  const known = floatFormats.filter(({ mode }) => mode === (explicit.mode ?? mode)).map(({ mode, ...size }) => `${mode} (${size.bits} bits, groups of ${size.groupSize})`);
  if (format === undefined) throw check.mismatch(check.tensor('scales'), known.join(' | '));
  check.expectShapes(bits, groupSize, 'U8');
  if (format.mode !== 'nvfp4' || !check.has('global_scale')) return { quantization: format, parts: ['scales'] };
  check.expectGlobalScale();
  return { quantization: { ...format, globalScale: true }, parts: ['scales', 'global_scale'] };
}

/** The tensors of one quantized weight. */
class QuantizedWeight {
  readonly rows: readonly number[];
  readonly columns: number;
  private readonly path: string;
  private readonly context: ResolutionContext;

  constructor({ path, shape }: WeightDeclaration, context: ResolutionContext) {
    this.path = path;
    this.context = context;
    this.rows = shape.slice(0, -1);
    this.columns = shape.at(-1) ?? 0;
  }

  /** Bits by the shape of the packed values. */
  get bits(): number {
    return ((this.tensor('weight').shape.at(-1) ?? 0) * 32) / this.columns;
  }

  /** Group size by the shape of the scales. */
  get groupSize(): number {
    return this.columns / (this.tensor('scales').shape.at(-1) ?? 0);
  }

  has(part: Part): boolean {
    return this.context.tensors.has(`${this.path}.${part}`);
  }

  tensor(part: 'weight' | Part): TensorInformation {
    const name = `${this.path}.${part}`;
    const tensor = this.context.tensors.get(name);
    if (tensor !== undefined) return tensor;
    throw this.error(name, 'missing', 'U32 weight, scales, biases');
  }

  expectShapes(bits: number, groupSize: number, scales: string): void {
    this.expect('weight', 'U32', [...this.rows, (this.columns * bits) / 32]);
    this.expect('scales', scales, [...this.rows, this.columns / groupSize]);
  }

  /** A number, or one for each matrix of a stack. */
  expectGlobalScale(): void {
    const tensor = this.tensor('global_scale');
    const shape = this.rows.slice(0, -1);
    const fits = tensor.dtype === 'F32' && (formatShape(tensor.shape) === formatShape(shape) || (shape.length === 0 && formatShape(tensor.shape) === '[1]'));
    if (!fits) throw this.mismatch(tensor, `F32 ${formatShape(shape)}`);
  }

  expect(part: 'weight' | Part, dtype: string, shape: readonly number[]): void {
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

import { CheckpointError, type Quantization, type TensorInformation, type WeightSource } from '@mlxengine/core';
import type { ModelGraph, WeightDeclaration } from '@mlxengine/core/graph';
import { elementBytes, type ElementType, isElementType } from '../kernels/element-type.js';
import { supports } from '../supports.js';
import { unsupported } from './check-graph.js';
import { type AffineBits, floatFormats, type Matrix } from './matrix.js';

/** A tensor and where its bytes go. */
export interface PlannedTensor {
  readonly name: string;
  readonly address: number;
  readonly byteLength: number;
  /** What becomes float32 does so in place: its bytes are read into the end of its room. */
  readonly convert?: { readonly type: ElementType; readonly count: number; readonly to: number };
}

/** All weights of a graph, with addresses. */
export interface WeightPlan {
  readonly tensors: readonly PlannedTensor[];
  readonly matrices: ReadonlyMap<string, Matrix>;
  /** Addresses of float32 vectors, and tensors of other shapes, by tensor name. */
  readonly vectors: ReadonlyMap<string, number>;
  /** First free address behind them. */
  readonly end: number;
  /** Bytes to be read. */
  readonly totalBytes: number;
}

// 3, 5 and 6 bits are loaded up to 3 bytes past a tensor's end, vectors up to 12.
const padding = 16;

/**
 * Gives every weight of a graph an address.
 * @throws `CheckpointError` for a weight that is missing or misshapen, `UnsupportedFeatureError` for its format
 */
export function planWeights(graph: ModelGraph, source: WeightSource, begin: number): WeightPlan {
  const planner = new Planner(graph.architecture, source, begin);
  for (const weight of graph.weights) planner.add(weight);
  return planner.plan;
}

class Planner {
  readonly #architecture: string;
  readonly #source: WeightSource;
  readonly #tensors: PlannedTensor[] = [];
  readonly #matrices = new Map<string, Matrix>();
  readonly #vectors = new Map<string, number>();
  #end: number;
  #totalBytes = 0;

  constructor(architecture: string, source: WeightSource, begin: number) {
    this.#architecture = architecture;
    this.#source = source;
    this.#end = begin;
  }

  get plan(): WeightPlan {
    return { tensors: this.#tensors, matrices: this.#matrices, vectors: this.#vectors, end: this.#end, totalBytes: this.#totalBytes };
  }

  add(weight: WeightDeclaration): void {
    const { path, kind, shape, bias } = weight;
    if (kind === 'tensor') this.#addVector(path, shape);
    else if (kind === 'vector') this.#addVector(`${path}.weight`, shape);
    else this.#addMatrix(path, shape);
    if (bias) this.#addVector(`${path}.bias`, kind === 'stack' ? shape.slice(0, 2) : shape.slice(0, 1));
  }

  #addMatrix(path: string, shape: readonly number[]): void {
    const [columns = 0, outputs = 0, count = 1] = shape.toReversed();
    const quantization = this.#source.quantization(path);
    if (quantization === undefined) {
      const { type, address } = this.#place(`${path}.weight`, shape);
      this.#matrices.set(path, { format: 'dense', count, outputs, columns, type, address });
      return;
    }
    checkQuantization(path, quantization);
    const { mode, bits, groupSize, globalScale } = quantization;
    const rows = shape.slice(0, -1);
    const { address } = this.#place(`${path}.weight`, [...rows, (columns * bits) / 32], 'U32');
    const groups = [...rows, columns / groupSize];
    if (mode === 'affine') {
      const scales = this.#place(`${path}.scales`, groups);
      const biases = this.#place(`${path}.biases`, groups);
      if (scales.type !== biases.type) throw unsupported(`scales and biases of different types in ${path}`);
      this.#matrices.set(path, {
        format: 'affine', count, outputs, columns, bits: bits as AffineBits, groupSize,
        address, scales: scales.address, biases: biases.address, scaleType: scales.type,
      });
      return;
    }
    const scales = this.#place(`${path}.scales`, groups, 'U8').address;
    const globalScales = globalScale === true ? this.#addVector(`${path}.global_scale`, shape.length === 3 ? [count] : []) : undefined;
    this.#matrices.set(path, {
      format: 'float', count, outputs, columns, mode, ...floatFormats[mode], address, scales, ...(globalScales !== undefined && { globalScales }),
    });
  }

  #addVector(name: string, shape: readonly number[]): number {
    const tensor = this.#find(name, shape);
    const type = floatType(tensor);
    const count = shape.reduce((product, size) => product * size, 1);
    const to = this.#allocate(count * 4);
    const address = to + count * (4 - elementBytes(type));
    this.#tensors.push({ name, address, byteLength: tensor.byteLength, ...(type !== 'F32' && { convert: { type, count, to } }) });
    this.#vectors.set(name, to);
    return to;
  }

  #place(name: string, shape: readonly number[], packed?: 'U32' | 'U8'): { readonly address: number; readonly type: ElementType } {
    const tensor = this.#find(name, shape);
    const type = packed === undefined ? floatType(tensor) : 'F32';
    if (packed !== undefined && tensor.dtype !== packed) throw this.#mismatch(tensor, `${packed} [${shape.join(', ')}]`);
    const address = this.#allocate(tensor.byteLength);
    this.#tensors.push({ name, address, byteLength: tensor.byteLength });
    return { address, type };
  }

  #allocate(bytes: number): number {
    const address = this.#end;
    this.#end = Math.ceil((address + bytes + padding) / 64) * 64;
    return address;
  }

  #find(name: string, shape: readonly number[]): TensorInformation {
    const tensor = this.#source.tensors.get(name);
    if (tensor === undefined) {
      throw new CheckpointError('checkpoint.missing-tensor', { source: 'The checkpoint', tensor: name, architecture: this.#architecture });
    }
    const same = tensor.shape.length === shape.length && tensor.shape.every((size, index) => size === shape[index]);
    if (!same) throw this.#mismatch(tensor, `[${shape.join(', ')}]`);
    this.#totalBytes += tensor.byteLength;
    return tensor;
  }

  #mismatch({ name, dtype, shape }: TensorInformation, expected: string): CheckpointError {
    return new CheckpointError('checkpoint.tensor-mismatch', {
      tensor: name, source: 'the checkpoint', found: `${dtype} [${shape.join(', ')}]`, expected,
    });
  }
}

function checkQuantization(path: string, { mode, bits, groupSize, globalScale = false }: Quantization): void {
  const known = mode === 'affine'
    ? supports.affineBits.includes(bits) && supports.affineGroupSizes.includes(groupSize)
    : floatFormats[mode].bits === bits && floatFormats[mode].groupSize === groupSize;
  if (known && (!globalScale || mode === 'nvfp4')) return;
  const scale = globalScale ? ' and a global scale' : '';
  throw unsupported(`the quantization ${mode}, ${bits} bits, group size ${groupSize}${scale} of ${path}`);
}

function floatType({ name, dtype }: TensorInformation): ElementType {
  if (!isElementType(dtype)) throw unsupported(`the element type ${dtype} of ${name}`);
  return dtype;
}

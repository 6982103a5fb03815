import { CheckpointError, InvalidArgumentError, throwIfAborted } from '@mlxengine/core';
import type { ModelSource, Quantization, ReadTensorOptions, TensorLocation, WeightSource } from '@mlxengine/core';
import type { LocatedTensor } from './located-tensor.js';

/** Most bytes that are asked of a source at a time, so that reading into given memory needs no second copy of a tensor. */
const pieceBytes = 16 * 1024 * 1024;

/** What a {@link CheckpointWeights} is made of. */
export interface CheckpointWeightsInit {
  readonly source: ModelSource;
  /** Under the names that the graph uses. */
  readonly tensors: ReadonlyMap<string, LocatedTensor>;
  /** By weight path; those that are missing are dense. */
  readonly quantizations: ReadonlyMap<string, Quantization>;
}

/** The weights of a checkpoint in safetensors files. */
export class CheckpointWeights implements WeightSource {
  readonly tensors: ReadonlyMap<string, LocatedTensor>;
  private readonly source: ModelSource;
  private readonly quantizations: ReadonlyMap<string, Quantization>;

  constructor({ source, tensors, quantizations }: CheckpointWeightsInit) {
    this.source = source;
    this.tensors = tensors;
    this.quantizations = quantizations;
  }

  quantization(path: string): Quantization | undefined {
    return this.quantizations.get(path);
  }

  location(name: string): TensorLocation | undefined {
    const tensor = this.tensors.get(name);
    const file = tensor && this.source.localPath?.(tensor.file);
    return file === undefined || tensor === undefined ? undefined : { file, byteOffset: tensor.byteOffset };
  }

  async read(name: string, options: ReadTensorOptions = {}): Promise<Uint8Array> {
    const tensor = this.tensors.get(name);
    if (tensor === undefined) throw new CheckpointError('checkpoint.unknown-tensor', { source: this.source.name, tensor: JSON.stringify(name) });
    const into = options.into ?? new Uint8Array(tensor.byteLength);
    if (into.length !== tensor.byteLength) {
      throw new InvalidArgumentError('argument.out-of-range', { name: 'into.length', found: into.length, expected: String(tensor.byteLength) });
    }
    for (let offset = 0; offset < into.length; offset += pieceBytes) {
      throwIfAborted(options.signal, `Reading ${name}`);
      into.set(await this.readPiece(tensor, offset, options.signal), offset);
    }
    return into;
  }

  private async readPiece(tensor: LocatedTensor, offset: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const { file, byteLength, byteOffset } = tensor;
    const length = Math.min(pieceBytes, byteLength - offset);
    const piece = await this.source.read(file, { offset: byteOffset + offset, length, ...(signal && { signal }) });
    if (piece.length === length) return piece;
    const found = offset + piece.length;
    throw new CheckpointError('checkpoint.short-read', { file, tensor: JSON.stringify(tensor.name), found, expected: byteLength });
  }
}

import { CheckpointError, InvalidArgumentError, throwIfAborted } from '@mlxengine/core';
import type { ModelSource, Quantization, ReadTensorOptions, TensorLocation, TensorStream, WeightSource } from '@mlxengine/core';
import type { DerivedTensor } from '../sanitize/derived-tensor.js';
import { openTensor } from '../sanitize/readers/open-tensor.js';

/** What a {@link CheckpointWeights} is made of. */
export interface CheckpointWeightsInit {
  readonly source: ModelSource;
  /** Under the names that the graph uses. */
  readonly tensors: ReadonlyMap<string, DerivedTensor>;
  /** By weight path; those that are missing are dense. */
  readonly quantizations: ReadonlyMap<string, Quantization>;
}

/** The weights of a checkpoint in safetensors files; those that a family derives are computed when they are read. */
export class CheckpointWeights implements WeightSource {
  readonly tensors: ReadonlyMap<string, DerivedTensor>;
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
    const location = this.tensors.get(name)?.location;
    const file = location && this.source.localPath?.(location.file);
    return file === undefined || location === undefined ? undefined : { file, byteOffset: location.byteOffset };
  }

  async read(name: string, options: ReadTensorOptions = {}): Promise<Uint8Array> {
    const tensor = this.tensor(name);
    const into = options.into ?? new Uint8Array(tensor.byteLength);
    if (into.length !== tensor.byteLength) throw outOfRange(into.length, String(tensor.byteLength));
    throwIfAborted(options.signal, `Reading ${name}`);
    await openTensor(tensor.data, { source: this.source, signal: options.signal }).read(0, into);
    return into;
  }

  open(name: string, { signal }: Pick<ReadTensorOptions, 'signal'> = {}): TensorStream {
    const { data, byteLength } = this.tensor(name);
    const reader = openTensor(data, { source: this.source, signal });
    let offset = 0;
    return {
      read: async (into) => {
        throwIfAborted(signal, `Reading ${name}`);
        if (into.length > byteLength - offset) throw outOfRange(into.length, `at most ${byteLength - offset}`);
        const begin = offset;
        offset += into.length;
        await reader.read(begin, into);
      },
    };
  }

  private tensor(name: string): DerivedTensor {
    const tensor = this.tensors.get(name);
    if (tensor === undefined) throw new CheckpointError('checkpoint.unknown-tensor', { source: this.source.name, tensor: JSON.stringify(name) });
    return tensor;
  }
}

function outOfRange(found: number, expected: string): InvalidArgumentError {
  return new InvalidArgumentError('argument.out-of-range', { name: 'into.length', found, expected });
}

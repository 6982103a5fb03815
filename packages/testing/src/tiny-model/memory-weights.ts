import { CheckpointError, throwIfAborted, type Quantization, type WeightSource } from '@mlxengine/core';
import type { TensorWithBytes } from './dense-tensor.js';

/**
 * Tensors in memory as a `WeightSource`.
 * @param quantization - of every weight with scales, or of each by its path
 */
export function createMemoryWeights(tensors: readonly TensorWithBytes[], quantization?: Quantization | ReadonlyMap<string, Quantization>): WeightSource {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  return {
    tensors: new Map(tensors.map(({ name, dtype, shape, bytes }) => [name, { name, dtype, shape, byteLength: bytes.length }])),
    quantization: (path) => {
      if (quantization instanceof Map) return (quantization as ReadonlyMap<string, Quantization>).get(path);
      return byName.has(`${path}.scales`) ? (quantization as Quantization | undefined) : undefined;
    },
    location: () => undefined,
    async read(name, { into, signal } = {}) {
      throwIfAborted(signal, `Reading ${name}`);
      const tensor = byName.get(name);
      if (tensor === undefined) throw new CheckpointError('checkpoint.unknown-tensor', { source: 'memory', tensor: name });
      if (into === undefined) return tensor.bytes.slice();
      into.set(tensor.bytes);
      return into;
    },
  };
}

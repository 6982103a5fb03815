import { CheckpointError, throwIfAborted, type Quantization, type WeightSource } from '@mlxengine/core';
import type { TensorWithBytes } from './dense-tensor.js';

/** Tensors in memory as a `WeightSource`; every weight with scales has the one quantization. */
export function createMemoryWeights(tensors: readonly TensorWithBytes[], quantization?: Quantization): WeightSource {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  return {
    tensors: new Map(tensors.map(({ name, dtype, shape, bytes }) => [name, { name, dtype, shape, byteLength: bytes.length }])),
    quantization: (path) => (byName.has(`${path}.scales`) ? quantization : undefined),
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

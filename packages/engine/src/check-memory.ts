import { OutOfMemoryError } from '@mlxengine/core';
import type { ComputeDtype, InferenceBackend } from '@mlxengine/core/backend';
import { estimateMemory, type Checkpoint } from '@mlxengine/models';

/**
 * Refuses a model whose weights alone, by their headers, are more than the device has, before a byte of them is read.
 * What is taken for granted is the smallest it could be, so that nothing is refused that would fit.
 */
export function checkMemory({ configuration, graph, weights }: Checkpoint, { device }: InferenceBackend, dtype: ComputeDtype = 'float16'): void {
  if (device.memoryBytes === undefined) return;
  const { weightBytes } = estimateMemory(graph, weights, dtype);
  if (weightBytes <= device.memoryBytes) return;
  throw new OutOfMemoryError('memory.estimated', {
    model: configuration.id,
    neededBytes: weightBytes,
    device: device.name,
    memoryBytes: device.memoryBytes,
  });
}

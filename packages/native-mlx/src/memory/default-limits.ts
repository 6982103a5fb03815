import type { DeviceInformation, MemoryLimits } from '@mlxengine/core/backend';

const gibibyte = 1024 ** 3;

/**
 * What is kept of freed memory where nothing else is asked for. MLX's own default on a GPU is all of its memory: buffers of every prompt's
 * length then pile up until the machine is full. A step uses the buffers of the step before, which are far fewer: one part in sixteen of
 * the memory, 4 GiB at most, holds those of a prefill of 2,048 tokens of a model that fits. On the CPU MLX keeps 32 MiB.
 */
export function defaultLimits({ kind, memoryBytes }: DeviceInformation): MemoryLimits {
  if (kind === 'cpu' || memoryBytes === undefined) return {};
  return { cacheLimit: Math.floor(Math.min(4 * gibibyte, memoryBytes / 16)) };
}

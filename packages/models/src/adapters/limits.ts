import { CheckpointError } from '@mlxengine/core';

/** Bounds of what an adapter's configuration says, and checks against it. */
export const limits = {
  rank: { minimum: 1, maximum: 4096 },
  scale: { minimum: -1e6, maximum: 1e6 },
  alpha: { minimum: -1e6, maximum: 1e6 },
  /** @throws `CheckpointError` where a layer's tensors have another rank than the configuration says */
  checkRank(source: string, layer: string, found: number, expected: number): void {
    if (found === expected) return;
    throw new CheckpointError('checkpoint.adapter-shape', { source, tensor: layer, found: `of rank ${found}`, expected: `rank ${expected}` });
  },
} as const;

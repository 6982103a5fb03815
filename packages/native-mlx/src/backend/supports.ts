import type { BackendSupports } from '@mlxengine/core/backend';

/** What the executor in `native/` does. */
export const supports: BackendSupports = {
  operations: ['tokens', 'embedding', 'linear', 'rmsNorm', 'reshape', 'rope', 'attention', 'gated', 'add', 'selectRows'],
  dtypes: ['float32', 'float16', 'bfloat16'],
  tensorDtypes: ['F32', 'F16', 'BF16'],
  affineBits: [2, 3, 4, 5, 6, 8],
  affineGroupSizes: [32, 64, 128],
  // MLX schedules its own threads, and nothing limits them.
  maxThreads: 0,
};

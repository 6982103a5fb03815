import type { BackendSupports } from '@mlxengine/core/backend';

/** What the executor in `native/` does. */
export const supports: BackendSupports = {
  operations: [
    'tokens', 'positions', 'tokenTypes', 'parameter', 'embedding', 'selectRows', 'pool',
    'linear', 'headLinear', 'matmul', 'rmsNorm', 'layerNorm', 'l2Norm',
    'rope', 'positionScale', 'attention', 'latentAttention',
    'unary', 'binary', 'scale', 'clip', 'gated', 'reduce', 'softmax',
    'reshape', 'slice', 'concat', 'transpose', 'broadcast',
    'route', 'expertLinear', 'combine', 'causalConv', 'gatedDelta', 'ssmScan',
  ],
  dtypes: ['float32', 'float16', 'bfloat16'],
  tensorDtypes: ['F32', 'F16', 'BF16'],
  affineBits: [2, 3, 4, 5, 6, 8],
  affineGroupSizes: [32, 64, 128],
  floatModes: ['mxfp4', 'nvfp4', 'mxfp8'],
  // MLX schedules its own threads, and nothing limits them.
  maxThreads: 0,
  features: [
    'penalties', 'logit-bias', 'xtc', 'log-probabilities', 'batching', 'deterministic', 'memory-limits', 'profile', 'adapters',
    'prefix-cache', 'cache-files', 'speculation', 'quantized-cache', 'bounded-cache',
  ],
};

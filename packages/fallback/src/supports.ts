import type { BackendSupports } from '@mlxengine/core/backend';
import { affineBits } from './lowering/matrix.js';

/** What the fallback can do. */
export const supports: BackendSupports = {
  operations: [
    'tokens', 'positions', 'tokenTypes', 'parameter', 'embedding', 'linear', 'headLinear', 'matmul', 'rmsNorm', 'layerNorm', 'l2Norm', 'rope',
    'positionScale', 'attention', 'latentAttention', 'unary', 'binary', 'scale', 'clip', 'gated', 'reshape', 'slice', 'concat', 'transpose', 'broadcast',
    'reduce', 'softmax', 'route', 'expertLinear', 'combine', 'causalConv', 'gatedDelta', 'ssmScan', 'selectRows', 'pool',
  ],
  dtypes: ['float32'],
  tensorDtypes: ['F32', 'F16', 'BF16'],
  affineBits: [...affineBits],
  affineGroupSizes: [32, 64, 128],
  floatModes: ['mxfp4', 'nvfp4', 'mxfp8'],
  maxThreads: 1,
  // Its answers are the same to the bit in any company.
  features: ['deterministic'],
};

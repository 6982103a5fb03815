import type { BackendSupports } from '@mlxengine/core/backend';
import { affineBits } from './lowering/matrix.js';

/** What the fallback can do. */
export const supports: BackendSupports = {
  operations: ['tokens', 'embedding', 'linear', 'rmsNorm', 'reshape', 'rope', 'attention', 'gated', 'add', 'selectRows'],
  dtypes: ['float32'],
  tensorDtypes: ['F32', 'F16', 'BF16'],
  affineBits: [...affineBits],
  affineGroupSizes: [32, 64, 128],
  maxThreads: 1,
};

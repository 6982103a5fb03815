import type { BackendSupports } from '@mlxengine/core/backend';
import { referenceOperations } from './reference-executor.js';

/** What the reference backend can do. */
export const supports: BackendSupports = {
  operations: referenceOperations,
  dtypes: ['float32'],
  tensorDtypes: ['F32', 'F16', 'BF16'],
  affineBits: [2, 3, 4, 5, 6, 8],
  affineGroupSizes: [32, 64, 128],
  floatModes: ['mxfp4', 'nvfp4', 'mxfp8'],
  maxThreads: 1,
  features: ['deterministic'],
};

import type { GraphOperation } from '../graph/index.js';
import type { QuantizationMode } from '../model/quantization.js';
import type { TensorDtype } from '../model/weight-source.js';
import type { BackendFeature } from './features.js';
import type { ComputeDtype } from './inference-backend.js';

/** What a backend can do; it drives feature errors and which conformance tests run. */
export interface BackendSupports {
  readonly operations: readonly GraphOperation['type'][];
  readonly dtypes: readonly ComputeDtype[];
  /** Formats of dense tensors that it loads. */
  readonly tensorDtypes: readonly TensorDtype[];
  readonly affineBits: readonly number[];
  readonly affineGroupSizes: readonly number[];
  /** Formats of quantized floats that it computes with. */
  readonly floatModes: readonly Exclude<QuantizationMode, 'affine'>[];
  /**
   * Most worker threads that `BackendLoadOptions.threads` may ask for; 0: they cannot be set, and any number asked for
   * is an `UnsupportedFeatureError`.
   */
  readonly maxThreads: number;
  /** What it does beyond the plain requests; a request for anything else is an `UnsupportedFeatureError`. */
  readonly features: readonly BackendFeature[];
}

import { UnsupportedFeatureError, type Quantization, type WeightSource } from '@mlxengine/core';
import { cacheFormat, checkLoadFeatures, type BackendLoadOptions, type CacheFormat } from '@mlxengine/core/backend';
import type { ModelGraph } from '@mlxengine/core/graph';
import { supports } from './supports.js';

/**
 * Refuses what the executor does not do, before a byte is read.
 * @throws `UnsupportedFeatureError`
 */
export function checkLoad(graph: ModelGraph, weights: WeightSource, options: BackendLoadOptions): void {
  const { dtype, threads } = options;
  checkLoadFeatures(supports, 'mlx', options);
  if (threads !== undefined) {
    throw unsupported(`a number of threads (${threads})`, 'MLX\'s threads cannot be set; leave "threads" out.');
  }
  if (dtype !== undefined && !supports.dtypes.includes(dtype)) throw unsupported(`the dtype ${dtype}`, `Use one of: ${supports.dtypes.join(', ')}.`);
  checkCache(graph, options.cache);
  for (const { type } of graph.operations) {
    if (!supports.operations.includes(type)) throw unsupported(`the operation ${type}`, 'Update MLXEngine or use another backend.');
  }
  for (const { path } of graph.weights) {
    const quantization = weights.quantization(path);
    if (quantization !== undefined) checkQuantization(path, quantization);
  }
}

// The addon checks the same; here the error can say what to do.
function checkCache(graph: ModelGraph, format: CacheFormat | undefined): void {
  const { bits, groupSize } = cacheFormat(format);
  if (bits === undefined) return;
  for (const state of graph.states) {
    if (state.type === 'latent') throw unsupported('quantized latents', 'Leave "cache.bits" out: latents are small as they are.');
    if (state.type !== 'kv') continue;
    for (const dimension of [state.keyDimension, state.valueDimension]) {
      if (dimension % groupSize !== 0) {
        throw unsupported(`keys and values of ${dimension} numbers in groups of ${groupSize}`, 'Choose a "cache.groupSize" that divides it.');
      }
    }
  }
}

function checkQuantization(path: string, { mode, bits, groupSize }: Quantization): void {
  const affine = mode === 'affine' && supports.affineBits.includes(bits) && supports.affineGroupSizes.includes(groupSize);
  const known = affine || supports.floatModes.some((known) => known === mode);
  if (!known) throw unsupported(`${mode} quantization of ${bits} bits in groups of ${groupSize} (${path})`, 'Use another checkpoint of the model.');
}

function unsupported(feature: string, remedy: string): UnsupportedFeatureError {
  return new UnsupportedFeatureError('feature.unsupported', { component: 'The backend mlx', feature, remedy });
}

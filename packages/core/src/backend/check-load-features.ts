import type { BackendSupports } from './backend-supports.js';
import { requireFeature } from './features.js';
import type { BackendLoadOptions } from './inference-backend.js';

/**
 * Checks that a backend has everything that the loading of a model asks for.
 * @param backend - its name, for the error
 * @throws `UnsupportedFeatureError`
 */
export function checkLoadFeatures(supports: BackendSupports, backend: string, { batching, cache, prefixCache, profile }: BackendLoadOptions): void {
  if (batching !== undefined) requireFeature(supports, backend, 'batching', 'Leave "batching" out.');
  if (cache?.bits !== undefined) requireFeature(supports, backend, 'quantized-cache', 'Leave "cache.bits" out.');
  if (cache?.maxPositions !== undefined) requireFeature(supports, backend, 'bounded-cache', 'Leave "cache.maxPositions" out.');
  if (profile === true) requireFeature(supports, backend, 'profile', 'Leave "profile" out.');
  if (prefixCache !== undefined) requireFeature(supports, backend, 'prefix-cache', 'Leave "prefixCache" out.');
}

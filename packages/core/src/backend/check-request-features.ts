import { UnsupportedFeatureError } from '../errors/unsupported-feature-error.js';
import { checkAdapterFeature } from './adapters.js';
import type { BackendSupports } from './backend-supports.js';
import { checkSamplingFeatures } from './check-sampling-features.js';
import { requireFeature } from './features.js';
import type { TokenRequest } from './token-request.js';

/**
 * Checks that a backend has everything that a request asks for.
 * @param backend - its name, for the error
 * @throws `UnsupportedFeatureError`
 */
export function checkRequestFeatures(supports: BackendSupports, backend: string, request: TokenRequest): void {
  checkSamplingFeatures(supports, backend, request);
  checkAdapterFeature(supports, backend, request);
  if (request.speculation !== undefined) checkSpeculation(supports, backend, request);
  if (request.deterministic === true) requireFeature(supports, backend, 'deterministic', 'Leave "deterministic" out.');
  if (request.profile === true) requireFeature(supports, backend, 'profile', 'Leave "profile" out.');
  if (request.cache !== undefined) requireFeature(supports, backend, 'prefix-cache', 'Leave "cache" out.');
}

/** Steps with drafts have no fixed shapes, and no grammar knows tokens that are not chosen yet. */
function checkSpeculation(supports: BackendSupports, backend: string, { constraint, deterministic }: TokenRequest): void {
  requireFeature(supports, backend, 'speculation', 'Leave "speculation" out.');
  if (constraint === undefined && deterministic !== true) return;
  const other = constraint === undefined ? '"deterministic"' : 'a grammar';
  throw new UnsupportedFeatureError('feature.unsupported', {
    component: `The backend ${backend}`, feature: `speculation together with ${other}`, remedy: 'Leave one of them out.',
  });
}

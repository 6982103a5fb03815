import type { BackendSupports } from './backend-supports.js';
import { requireFeature } from './features.js';
import type { SamplingParameters } from './sampling.js';
import type { TokenRequest } from './token-request.js';

const remedy = 'Leave the setting out, or use another backend.';

/**
 * Checks that a backend has what a request asks of its sampler; settings with the value that does nothing ask for nothing.
 * @param backend - its name, for the error
 * @throws `UnsupportedFeatureError`
 */
export function checkSamplingFeatures(supports: BackendSupports, backend: string, { sampling, logProbabilities }: TokenRequest): void {
  if (hasPenalties(sampling)) requireFeature(supports, backend, 'penalties', remedy);
  if (hasLogitBias(sampling)) requireFeature(supports, backend, 'logit-bias', remedy);
  if ((sampling.xtcProbability ?? 0) > 0) requireFeature(supports, backend, 'xtc', remedy);
  if (logProbabilities !== undefined) requireFeature(supports, backend, 'log-probabilities', remedy);
}

function hasPenalties({ repetitionPenalty = 1, presencePenalty = 0, frequencyPenalty = 0 }: SamplingParameters): boolean {
  return (repetitionPenalty !== 0 && repetitionPenalty !== 1) || presencePenalty !== 0 || frequencyPenalty !== 0;
}

function hasLogitBias({ logitBias = [] }: SamplingParameters): boolean {
  return (logitBias instanceof Map ? logitBias.size : (logitBias as readonly unknown[]).length) > 0;
}

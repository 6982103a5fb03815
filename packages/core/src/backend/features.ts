import { UnsupportedFeatureError } from '../errors/unsupported-feature-error.js';
import type { BackendSupports } from './backend-supports.js';

/**
 * What a backend may do beyond generating, scoring and embedding:
 * - `penalties`: repetition, presence and frequency penalties
 * - `logit-bias`: a bias on the logits of given tokens
 * - `xtc`: the XTC sampler
 * - `log-probabilities`: of chosen and of the most likely tokens while generating
 * - `batching`: requests share forward passes, joining and leaving at any step
 * - `deterministic`: a request can ask for forward passes of its own
 * - `prefix-cache`: borders, salts and a budget for what is kept of earlier prompts
 * - `cache-files`: states saved to and loaded from files
 * - `quantized-cache`: keys and values in 4 or 8 bit
 * - `bounded-cache`: a ring of so many positions for every attention
 * - `speculation`: drafts by a second model or looked up in the prompt
 * - `adapters`: LoRA and DoRA, chosen per request
 * - `memory-limits`: limits of memory, cache and wired memory, and pressure of the system
 * - `profile`: times by step and kind of operation
 */
export type BackendFeature =
  | 'penalties'
  | 'logit-bias'
  | 'xtc'
  | 'log-probabilities'
  | 'batching'
  | 'deterministic'
  | 'prefix-cache'
  | 'cache-files'
  | 'quantized-cache'
  | 'bounded-cache'
  | 'speculation'
  | 'adapters'
  | 'memory-limits'
  | 'profile';

/**
 * Checks that a backend has a feature that is asked for.
 * @param backend - its name, for the error
 * @param remedy - what to do in place of it
 * @throws `UnsupportedFeatureError`
 */
export function requireFeature(supports: BackendSupports, backend: string, feature: BackendFeature, remedy: string): void {
  if (supports.features.includes(feature)) return;
  throw new UnsupportedFeatureError('feature.unsupported', { component: `The backend ${backend}`, feature, remedy });
}

import { checkNumber } from '../checks/check-number.js';
import type { BackendModel } from './inference-backend.js';

/** Most tokens that may be drafted for one step. */
export const mostDraftedTokens = 32;

/** Drafts are what followed the last time that the prompt or the answer had the same tokens as just now. */
export interface PromptLookup {
  readonly kind: 'prompt-lookup';
  /** Most tokens a draft, 1 to {@link mostDraftedTokens}; default 8. */
  readonly maxDraft?: number;
  /** Most tokens that have to be the same, 1 to 16; fewer do where so many are nowhere; default 3. */
  readonly ngram?: number;
}

/** Drafts are a smaller model's. */
export interface DraftModel {
  readonly kind: 'draft';
  /** Loaded by the same backend, with the same vocabulary. It stays loaded as long as requests use it. */
  readonly model: BackendModel;
  /** Most tokens a draft, 1 to {@link mostDraftedTokens}; default 4. */
  readonly maxDraft?: number;
}

/**
 * How tokens of a request are guessed, for the model to check several in one forward pass. The model's own choice at each position decides, with
 * the request's sampler and the position's own draw, so that the answer is the one without drafts, greedy or not.
 *
 * Drafting stops by itself where it loses: a backend measures the time a token with and without it. It also stops while others decode,
 * who share the forward passes then.
 */
export type Speculation = PromptLookup | DraftModel;

/** What speculation did for a request. */
export interface SpeculationStatistics {
  /** Tokens that were guessed. */
  readonly drafted: number;
  /** Of them those that the model chose, too. */
  readonly accepted: number;
  /** Forward passes that checked drafts. */
  readonly steps: number;
}

/** @throws `InvalidArgumentError` for a value out of range */
export function checkSpeculation(speculation: Speculation | undefined): void {
  if (speculation === undefined) return;
  const { maxDraft = 1 } = speculation;
  checkNumber('speculation.maxDraft', maxDraft, { minimum: 1, maximum: mostDraftedTokens, integer: true });
  if (speculation.kind !== 'prompt-lookup') return;
  checkNumber('speculation.ngram', speculation.ngram ?? 1, { minimum: 1, maximum: 16, integer: true });
}

import type { SamplingParameters } from '@mlxengine/core/backend';
import type { Candidate } from './candidates.js';

// All filters take candidates from the likeliest on and keep a beginning of the list, so they can be counted: the order
// of mlx-lm is top-p, min-p, top-k.

/** How many candidates remain; `undefined` where the list is too short to say. */
export function remaining(candidates: readonly Candidate[], { topP, minP, minTokensToKeep = 1, topK }: SamplingParameters): number | undefined {
  const counts = [countTopP(candidates, topP), countMinP(candidates, minP, minTokensToKeep), topK > 0 ? countTopK(candidates, topK) : undefined];
  const known = counts.filter((count) => count !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** Smallest set whose probabilities sum to `topP`; tokens as likely as its last one stay, as in mlx-lm. */
function countTopP(candidates: readonly Candidate[], topP: number): number | undefined {
  if (topP >= 1) return undefined;
  let above = 0;
  let last = Infinity;
  for (const [index, { logProbability }] of candidates.entries()) {
    if (above >= topP && logProbability < last) return index;
    above += Math.exp(logProbability);
    last = logProbability;
  }
  return undefined;
}

/** Tokens at least `minP` as likely as the likeliest, and `least` in any case. */
function countMinP(candidates: readonly Candidate[], minP: number, least: number): number | undefined {
  if (minP <= 0) return undefined;
  const threshold = (candidates[0]?.logProbability ?? 0) + Math.log(minP);
  const end = candidates.findIndex(({ logProbability }) => logProbability < threshold);
  return end < 0 || least > candidates.length ? undefined : Math.max(least, end);
}

function countTopK(candidates: readonly Candidate[], topK: number): number | undefined {
  return candidates.length >= topK ? topK : undefined;
}

/** A token that may still be drawn. */
export interface Candidate {
  readonly token: number;
  readonly logProbability: number;
}

// All filters take candidates from the likeliest to the least likely, those equally likely in order of their ids, and
// keep a beginning of the list: the order of mlx-lm is top-p, min-p, top-k.

/** Smallest set whose probabilities sum to `topP` of the whole; tokens as likely as the last one stay, as in mlx-lm. */
export function filterTopP(candidates: readonly Candidate[], topP: number): readonly Candidate[] {
  if (topP >= 1) return candidates;
  const total = candidates.reduce((sum, { logProbability }) => sum + Math.exp(logProbability), 0);
  let above = 0;
  let count = 0;
  while (count < candidates.length && (count === 0 || above < topP * total)) above += probabilityOf(candidates[count++]);
  const threshold = candidates[count - 1]?.logProbability ?? -Infinity;
  while (count < candidates.length && candidates[count]?.logProbability === threshold) count++;
  return candidates.slice(0, count);
}

/** Tokens at least `minP` as likely as the likeliest. */
export function filterMinP(candidates: readonly Candidate[], minP: number): readonly Candidate[] {
  if (minP <= 0) return candidates;
  const threshold = (candidates[0]?.logProbability ?? 0) + Math.log(minP);
  const end = candidates.findIndex(({ logProbability }) => logProbability < threshold);
  return end < 0 ? candidates : candidates.slice(0, Math.max(1, end));
}

/** The `topK` likeliest tokens. */
export function filterTopK(candidates: readonly Candidate[], topK: number): readonly Candidate[] {
  return topK > 0 && topK < candidates.length ? candidates.slice(0, topK) : candidates;
}

function probabilityOf(candidate: Candidate | undefined): number {
  return candidate === undefined ? 0 : Math.exp(candidate.logProbability);
}

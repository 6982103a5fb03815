/** A token that may still be drawn. */
export interface Candidate {
  readonly token: number;
  readonly logProbability: number;
}

// How far below the likeliest token the search for candidates goes, step by step: most of a vocabulary never matters.
const depths = [6, 12, 24, Infinity] as const;

/**
 * The likeliest tokens, in order, those equally likely in order of their ids: at least as many as are `enough`.
 * @param normalizer - log of the sum of e^logit
 */
export function likeliest(logits: Float32Array, normalizer: number, enough: (candidates: readonly Candidate[]) => boolean): readonly Candidate[] {
  let largest = -Infinity;
  for (const logit of logits) if (logit > largest) largest = logit;
  for (const depth of depths) {
    const candidates = above(logits, normalizer, largest - depth);
    if (depth === Infinity || enough(candidates)) return candidates;
  }
  return [];
}

function above(logits: Float32Array, normalizer: number, threshold: number): Candidate[] {
  const candidates: Candidate[] = [];
  for (let token = 0; token < logits.length; token++) {
    const logit = logits[token] ?? -Infinity;
    if (logit >= threshold && logit !== -Infinity) candidates.push({ token, logProbability: logit - normalizer });
  }
  return candidates.sort((a, b) => b.logProbability - a.logProbability || a.token - b.token);
}

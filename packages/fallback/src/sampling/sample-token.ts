import { type SamplingParameters, uniform } from '@mlxengine/core/backend';
import { type Candidate, filterMinP, filterTopK, filterTopP } from './filters.js';
import { greedyToken } from './greedy.js';
import { logSumExp } from './log-probabilities.js';

/**
 * Draws the next token, in mlx-lm's order; see `SamplingParameters` in core.
 * @param logits - `[vocabularySize]`; -Infinity where a constraint forbids
 * @param index - number of the token in its request, from 0
 */
export function sampleToken(logits: Float32Array, sampling: SamplingParameters, index: number): number {
  const { temperature, topP, minP, topK, seed } = sampling;
  if (temperature === 0) return greedyToken(logits);
  const uniformNumber = uniform(seed, index);
  if (topP >= 1 && minP <= 0 && (topK <= 0 || topK >= logits.length)) return drawAll(logits, temperature, uniformNumber);
  const sorted = sortCandidates(logits);
  const kept = filterTopK(filterMinP(filterTopP(sorted, topP), minP), topK);
  return draw([...kept].sort((a, b) => a.token - b.token), temperature, uniformNumber);
}

function sortCandidates(logits: Float32Array): Candidate[] {
  const normalizer = logSumExp(logits);
  const candidates: Candidate[] = [];
  logits.forEach((logit, token) => {
    if (logit !== -Infinity) candidates.push({ token, logProbability: logit - normalizer });
  });
  return candidates.sort((a, b) => b.logProbability - a.logProbability || a.token - b.token);
}

/** Inverse of the distribution function, in order of token id. */
function draw(candidates: readonly Candidate[], temperature: number, uniformNumber: number): number {
  const largest = candidates.reduce((most, { logProbability }) => Math.max(most, logProbability), -Infinity);
  const weights = candidates.map(({ logProbability }) => Math.exp((logProbability - largest) / temperature));
  const target = uniformNumber * weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  for (const [index, weight] of weights.entries()) {
    sum += weight;
    if (sum > target) return candidates[index]?.token ?? 0;
  }
  return candidates.at(-1)?.token ?? 0;
}

/** The same as {@link draw} on the whole vocabulary, without a list of candidates. */
function drawAll(logits: Float32Array, temperature: number, uniformNumber: number): number {
  let largest = -Infinity;
  for (const logit of logits) if (logit > largest) largest = logit;
  let total = 0;
  for (const logit of logits) total += Math.exp((logit - largest) / temperature);
  const target = uniformNumber * total;
  let sum = 0;
  let last = 0;
  for (let token = 0; token < logits.length; token++) {
    const weight = Math.exp(((logits[token] ?? -Infinity) - largest) / temperature);
    if (weight > 0) last = token;
    sum += weight;
    if (sum > target) return token;
  }
  return last;
}

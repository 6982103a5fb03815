import { type SamplingParameters, uniform } from '@mlxengine/core/backend';
import { type Candidate, likeliest } from './candidates.js';
import { remaining } from './filters.js';
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
  const share = uniform(seed, index);
  if (topP >= 1 && minP <= 0 && topK <= 0) return drawFromAll(logits, temperature, share);
  const candidates = likeliest(logits, logSumExp(logits), (some) => remaining(some, sampling) !== undefined);
  const kept = candidates.slice(0, remaining(candidates, sampling) ?? candidates.length);
  return draw(kept.sort((a, b) => a.token - b.token), temperature, share);
}

/** The first token, in order of id, whose running sum exceeds a share of the whole. */
function draw(candidates: readonly Candidate[], temperature: number, share: number): number {
  const largest = candidates.reduce((most, { logProbability }) => Math.max(most, logProbability), -Infinity);
  const weights = candidates.map(({ logProbability }) => Math.exp((logProbability - largest) / temperature));
  const target = share * weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  for (const [index, weight] of weights.entries()) {
    sum += weight;
    if (sum > target) return candidates[index]?.token ?? 0;
  }
  return candidates.at(-1)?.token ?? 0;
}

/** The same as {@link draw} on the whole vocabulary, without a list of candidates. */
function drawFromAll(logits: Float32Array, temperature: number, share: number): number {
  let largest = -Infinity;
  for (const logit of logits) if (logit > largest) largest = logit;
  const weights = new Float64Array(logits.length);
  let total = 0;
  for (let token = 0; token < logits.length; token++) {
    const weight = Math.exp(((logits[token] ?? -Infinity) - largest) / temperature);
    weights[token] = weight;
    total += weight;
  }
  const target = share * total;
  let sum = 0;
  for (let token = 0; token < weights.length; token++) {
    sum += weights[token] ?? 0;
    if (sum > target) return token;
  }
  return weights.findLastIndex((weight) => weight > 0);
}

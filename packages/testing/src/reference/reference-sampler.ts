import { uniform, uniformOfXTC, type SamplingParameters } from '@mlxengine/core/backend';

/**
 * Probabilities that remain after top-p, min-p, XTC and top-k at the temperature, not normalized; 0 for what is dropped.
 * @param logits - `-Infinity` for what may not come
 * @param index - number of the token in its request
 */
export function remainingProbabilities(logits: Float32Array, sampling: SamplingParameters, index = 0): Float64Array {
  const { temperature, topP, minP, minTokensToKeep = 1, topK } = sampling;
  const logProbabilities = logSoftmax(logits);
  const floor = Math.max(
    topP < 1 ? topPFloor(logProbabilities, topP) : -Infinity,
    minP > 0 ? minPFloor(logProbabilities, minP, minTokensToKeep) : -Infinity,
  );
  const kept = applyXTC(logProbabilities.map((value) => (value < floor ? -Infinity : value)), sampling, index);
  const largest = kept.reduce((a, b) => Math.max(a, b));
  const dropped = topK > 0 ? new Set(descending(kept).slice(topK)) : new Set<number>();
  return kept.map((value, token) => (dropped.has(token) ? 0 : Math.exp((value - largest) / temperature)));
}

/** The next token: the smallest of the likeliest for temperature 0, else the draw for the seed and index. */
export function drawToken(logits: Float32Array, sampling: SamplingParameters, index: number): number {
  if (sampling.temperature === 0) return logits.indexOf(logits.reduce((a, b) => Math.max(a, b)));
  return tokenAt(remainingProbabilities(logits, sampling, index), uniform(sampling.seed, index));
}

/** The first token whose running sum exceeds a share of the whole. */
export function tokenAt(probabilities: Float64Array, share: number): number {
  const target = share * probabilities.reduce((a, b) => a + b);
  let sum = 0;
  for (const [token, probability] of probabilities.entries()) {
    sum += probability;
    if (sum > target) return token;
  }
  return probabilities.findLastIndex((probability) => probability > 0);
}

/** Natural log-probabilities in float64. */
export function logSoftmax(logits: Float32Array): Float64Array {
  const largest = logits.reduce((a, b) => Math.max(a, b));
  const logSum = Math.log(logits.reduce((sum, value) => sum + Math.exp(value - largest), 0));
  return Float64Array.from(logits, (value) => value - largest - logSum);
}

/** Drops what is over the threshold but the least likely of it. */
function applyXTC(logProbabilities: Float64Array, sampling: SamplingParameters, index: number): Float64Array {
  const { xtcProbability = 0, xtcThreshold = 0.1, xtcExcludedTokens = [], seed } = sampling;
  if (xtcProbability === 0 || uniformOfXTC(seed, index) > xtcProbability) return logProbabilities;
  const sum = logProbabilities.reduce((total, value) => total + Math.exp(value), 0);
  const probabilities = logProbabilities.map((value) => Math.exp(value) / sum);
  const least = probabilities.reduce((smallest, value) => (value > xtcThreshold ? Math.min(smallest, value) : smallest), Infinity);
  return logProbabilities.map((value, token) =>
    ((probabilities[token] as number) > least && !xtcExcludedTokens.includes(token) ? -Infinity : value));
}

/** The log-probability down to which the likeliest tokens are needed to reach the share. */
function topPFloor(logProbabilities: Float64Array, topP: number): number {
  let above = 0;
  let floor = Infinity;
  for (const token of descending(logProbabilities)) {
    if (above >= topP) break;
    floor = logProbabilities[token] as number;
    above += Math.exp(floor);
  }
  return floor;
}

/** The log-probability of the least likely token that min-p may keep: `least` tokens stay in any case, and what ties with the last of them. */
function minPFloor(logProbabilities: Float64Array, minP: number, least: number): number {
  const sorted = Float64Array.from(logProbabilities).sort().reverse();
  return Math.min((sorted[0] as number) + Math.log(minP), sorted[Math.min(least, sorted.length) - 1] as number);
}

/** Token ids, likeliest first, smaller ids first among equals. */
function descending(values: Float64Array): number[] {
  return [...values.keys()].sort((a, b) => (values[b] as number) - (values[a] as number) || a - b);
}

import { uniform, type BackendModel, type SamplingParameters, type TokenRequest } from '@mlxengine/core/backend';
import { processLogits } from '../reference/reference-processors.js';
import { remainingProbabilities, tokenAt } from '../reference/reference-sampler.js';
import type { Check } from '../suite/check.js';

/** How far a share of the probability may be off without being another draw: logits agree to 1e-3 only. */
const slack = 2e-3;

/** Fails where a token of an answer is not the one that the reference's logits, the seed and the index lead to. */
export async function checkDraws(
  reference: BackendModel,
  { prompt, sampling }: TokenRequest,
  tokens: readonly number[],
  what: string,
  check: Check,
): Promise<void> {
  const { logits = new Float32Array() } = await reference.score({ tokens: [...prompt, ...tokens], logits: true });
  const vocabularySize = logits.length / (prompt.length + tokens.length);
  tokens.forEach((token, index) => {
    const row = prompt.length - 1 + index;
    const own = logits.subarray(row * vocabularySize, (row + 1) * vocabularySize);
    const allowed = allowedTokens(processLogits(own, [...prompt, ...tokens.slice(0, index)], sampling), sampling, index);
    check.ok(allowed.has(token), `${what}: token ${index} is ${token}, expected ${[...allowed].join(' or ')}`);
  });
}

/** The right token, and its neighbours where rounding decides between them. */
function allowedTokens(logits: Float32Array, sampling: SamplingParameters, index: number): Set<number> {
  const largest = logits.reduce((a, b) => Math.max(a, b));
  if (sampling.temperature === 0) return new Set([...logits.keys()].filter((token) => (logits[token] as number) >= largest - slack));
  const share = uniform(sampling.seed, index);
  const allowed = new Set<number>();
  for (const shift of [0, -slack, slack]) {
    const topP = sampling.topP === 1 ? 1 : Math.min(1, Math.max(1e-6, sampling.topP + shift));
    const minP = sampling.minP * (1 + shift);
    const { xtcThreshold = 0.1 } = sampling;
    const probabilities = remainingProbabilities(logits, { ...sampling, topP, minP, xtcThreshold: xtcThreshold + shift }, index);
    for (const offset of [0, -slack, slack]) allowed.add(tokenAt(probabilities, Math.min(1 - slack / 8, Math.max(0, share + offset))));
  }
  return allowed;
}

import type { LogProbability, TokenLogProbabilities, Tokenizer } from '@mlxengine/core';
import type { TokensBatch } from '@mlxengine/core/backend';

/** What a batch tells of its tokens' log-probabilities, with their texts; empty where the request did not ask. */
export function describeTokens(tokenizer: Tokenizer, batch: TokensBatch): readonly TokenLogProbabilities[] {
  const { tokens, logProbabilities, topTokens = new Uint32Array(), topLogProbabilities = new Float32Array() } = batch;
  if (logProbabilities === undefined) return [];
  const describe = (token: number, logProbability: number): LogProbability => ({ token, text: tokenizer.decode([token]), logProbability });
  const count = topTokens.length / tokens.length;
  return Array.from(tokens, (token, index) => {
    const top = topTokens.subarray(index * count, (index + 1) * count);
    const likeliest = Array.from(top, (other, place) => describe(other, topLogProbabilities[index * count + place] ?? -Infinity));
    return { ...describe(token, logProbabilities[index] ?? -Infinity), likeliest };
  });
}

import type { EmbedRequest, ScoreBatchRequest, TokenRequest } from '@mlxengine/core/backend';
import type { NativeEmbedRequest, NativeGenerateRequest, NativeScoreRequest } from '../abi/native-addon.js';

/** A generation as the addon takes it. */
export function nativeGenerateRequest({ prompt, stopTokens, sampling, constraint, deterministic = false }: TokenRequest, maxTokens: number): NativeGenerateRequest {
  const { temperature, topP, minP, topK, seed } = sampling;
  return {
    prompt: Uint32Array.from(prompt),
    stopTokens: Uint32Array.from(stopTokens),
    maxTokens,
    temperature,
    topP,
    minP,
    // Anything over the vocabulary keeps everything, which is what 0 does; the addon takes 31 bits.
    topK: topK > 0x7fffffff ? 0 : topK,
    seed,
    deterministic,
    constrained: constraint !== undefined,
  };
}

/** A scoring as the addon takes it. */
export function nativeScoreRequest({ sequences, chunkSize = 0, logits = false }: ScoreBatchRequest): NativeScoreRequest {
  const longest = sequences.reduce((most, { length }) => Math.max(most, length), 0);
  return { sequences: sequences.map((tokens) => Uint32Array.from(tokens)), chunkSize: Math.min(chunkSize, longest), logits };
}

/** An embedding as the addon takes it. */
export function nativeEmbedRequest({ sequences, tokenTypes, hidden = false }: EmbedRequest): NativeEmbedRequest {
  return {
    sequences: sequences.map((tokens) => Uint32Array.from(tokens)),
    ...(tokenTypes && { tokenTypes: tokenTypes.map((types) => Uint32Array.from(types)) }),
    hidden,
  };
}

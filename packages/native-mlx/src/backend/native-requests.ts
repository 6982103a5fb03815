import type { EmbedRequest, LoadCacheRequest, PrefixCacheRequest, SaveCacheRequest, ScoreBatchRequest, Speculation, TokenRequest } from '@mlxengine/core/backend';
import type { NativeCacheFileRequest, NativeEmbedRequest, NativeGenerateRequest, NativeScoreRequest } from '../abi/native-addon.js';
import { nativeSampling } from './native-sampling.js';

/** A generation as the addon takes it. */
export function nativeGenerateRequest(request: TokenRequest, maxTokens: number): NativeGenerateRequest {
  const { prompt, stopTokens, sampling, constraint, logProbabilities, deterministic = false, profile = false, adapter, cache, speculation } = request;
  return {
    prompt: Uint32Array.from(prompt),
    stopTokens: Uint32Array.from(stopTokens),
    maxTokens,
    ...nativeSampling(sampling),
    ...(logProbabilities !== undefined && { logProbabilities }),
    ...(cache && { cache: nativeCacheRequest(cache) }),
    deterministic,
    ...(profile && { profile }),
    constrained: constraint !== undefined,
    ...(adapter !== undefined && { adapter }),
    ...(speculation && { speculation: nativeSpeculation(speculation) }),
  };
}

function nativeCacheRequest({ borders = [], salt = '', reuse = true, keep = true }: PrefixCacheRequest): NonNullable<NativeGenerateRequest['cache']> {
  return { borders: Uint32Array.from(borders), salt, reuse, keep };
}

/** A file to write as the addon takes it. */
export function nativeSaveRequest({ path, tokens, salt = '', metadata = {} }: SaveCacheRequest): NativeCacheFileRequest {
  return { path, tokens: Uint32Array.from(tokens), salt, metadata: Object.entries(metadata).map(([key, value]) => ({ key, value })) };
}

/** A file to read as the addon takes it. */
export function nativeLoadRequest({ path, tokens = [], salt = '' }: LoadCacheRequest): NativeCacheFileRequest {
  return { path, tokens: Uint32Array.from(tokens), salt, metadata: [] };
}

function nativeSpeculation(speculation: Speculation): NonNullable<NativeGenerateRequest['speculation']> {
  if (speculation.kind === 'draft') return { maxDraft: speculation.maxDraft ?? 4 };
  return { maxDraft: speculation.maxDraft ?? 8, ngram: speculation.ngram ?? 3 };
}

/** A scoring as the addon takes it. */
export function nativeScoreRequest({ sequences, chunkSize = 0, logits = false, adapter, adapters }: ScoreBatchRequest): NativeScoreRequest {
  const longest = sequences.reduce((most, { length }) => Math.max(most, length), 0);
  const chosen = adapters ?? (adapter === undefined ? undefined : sequences.map(() => adapter));
  return {
    sequences: sequences.map((tokens) => Uint32Array.from(tokens)),
    chunkSize: Math.min(chunkSize, longest),
    logits,
    ...(chosen && { adapters: chosen.map((id) => id ?? null) }),
  };
}

/** An embedding as the addon takes it. */
export function nativeEmbedRequest({ sequences, tokenTypes, hidden = false }: EmbedRequest): NativeEmbedRequest {
  return {
    sequences: sequences.map((tokens) => Uint32Array.from(tokens)),
    ...(tokenTypes && { tokenTypes: tokenTypes.map((types) => Uint32Array.from(types)) }),
    hidden,
  };
}

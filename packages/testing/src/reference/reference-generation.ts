import type { TokenBatch, TokenRequest, TokenStatistics } from '@mlxengine/core/backend';
import type { ReferenceExecutor } from './reference-executor.js';
import { drawToken } from './reference-sampler.js';
import type { ReferenceSequence } from './reference-sequence.js';
import { pause } from './request-queue.js';

/** What one generation needs. */
export interface ReferenceGeneration {
  readonly executor: ReferenceExecutor;
  /** The last request's sequence, whose prefix is used again. */
  readonly sequence: ReferenceSequence;
  readonly request: TokenRequest;
  /** Most tokens to generate. */
  readonly budget: number;
  readonly emit: (batch: TokenBatch) => void;
  /** Called between steps; throws where the work is to end. */
  readonly check: () => void;
}

const chunkSize = 64;

/** Prefill, then decode, token by token. */
export async function generateTokens(generation: ReferenceGeneration): Promise<void> {
  const { request, emit } = generation;
  const begin = performance.now();
  const { logits, cachedPromptTokens } = await prefill(generation);
  const first = performance.now();
  const { completionTokens, reason } = await decode(generation, logits);
  const statistics: TokenStatistics = {
    promptTokens: request.prompt.length,
    cachedPromptTokens,
    completionTokens,
    prefillMs: first - begin,
    decodeMs: performance.now() - first,
  };
  emit({ type: 'finish', reason, statistics });
}

async function prefill({ executor, sequence, request, emit, check }: ReferenceGeneration): Promise<{
  readonly logits: Float32Array;
  readonly cachedPromptTokens: number;
}> {
  const prompt = [...request.prompt];
  const cachedTokens = sequence.truncate(Math.min(commonPrefix(sequence.tokens, prompt), prompt.length - 1));
  let logits: Float32Array = new Float32Array();
  for (let processed = cachedTokens; processed < prompt.length;) {
    emit({ type: 'prefill-progress', processedTokens: processed, totalTokens: prompt.length, cachedTokens });
    await pause();
    check();
    const chunk = prompt.slice(processed, processed + chunkSize);
    logits = lastLogits(executor, sequence, chunk);
    processed += chunk.length;
  }
  emit({ type: 'prefill-progress', processedTokens: prompt.length, totalTokens: prompt.length, cachedTokens });
  return { logits, cachedPromptTokens: cachedTokens };
}

async function decode({ executor, sequence, request, budget, emit, check }: ReferenceGeneration, prefilled: Float32Array): Promise<{
  readonly completionTokens: number;
  readonly reason: 'stop-token' | 'length';
}> {
  let logits = prefilled;
  for (let index = 0; ; index++) {
    const token = nextToken(request, logits, index);
    emit({ type: 'tokens', tokens: Uint32Array.of(token) });
    if (request.stopTokens.includes(token)) return { completionTokens: index + 1, reason: 'stop-token' };
    if (index + 1 === budget) return { completionTokens: budget, reason: 'length' };
    await pause();
    check();
    logits = lastLogits(executor, sequence, [token]);
  }
}

function lastLogits(executor: ReferenceExecutor, sequence: ReferenceSequence, tokens: readonly number[]): Float32Array {
  return executor.step([{ sequence, tokens }], [tokens.length - 1]).logits?.data ?? new Float32Array();
}

function nextToken({ constraint, sampling }: TokenRequest, logits: Float32Array, index: number): number {
  if (constraint === undefined) return drawToken(logits, sampling, index);
  const token = constraint.forced()[0] ?? drawToken(maskLogits(logits, constraint), sampling, index);
  constraint.accept(token);
  return token;
}

function maskLogits(logits: Float32Array, constraint: NonNullable<TokenRequest['constraint']>): Float32Array {
  const mask = new Uint32Array(Math.ceil(logits.length / 32));
  constraint.fillMask(mask);
  return logits.map((logit, token) => (((mask[token >>> 5] ?? 0) >>> (token & 31)) & 1 ? logit : -Infinity));
}

function commonPrefix(left: readonly number[], right: readonly number[]): number {
  const different = right.findIndex((token, index) => token !== left[index]);
  return different < 0 ? right.length : different;
}

import { checkNumber } from '../checks/check-number.js';
import { checkObject } from '../checks/check-object.js';
import { ContextLengthError } from '../errors/context-length-error.js';
import { checkCacheRequest } from './check-cache.js';
import { checkSampling } from './check-sampling.js';
import { checkTokens } from './check-tokens.js';
import type { EmbedRequest } from './embed.js';
import { checkSpeculation } from './speculation.js';
import type { ScoreBatchRequest, ScoreRequest } from './score.js';
import { mostLogProbabilities, type TokenRequest } from './token-request.js';

/**
 * Checks a request before a backend works on it.
 * @returns how many tokens may be generated: `maxTokens`, or what the prompt leaves of the context where that is less
 * @throws `InvalidArgumentError` for a value out of range, `ContextLengthError` where the prompt leaves no room
 */
export function validateTokenRequest(request: TokenRequest, vocabularySize: number, contextLength: number): number {
  checkTokens('prompt', request.prompt, 1, vocabularySize);
  checkTokens('stopTokens', request.stopTokens, 0, vocabularySize);
  checkNumber('maxTokens', request.maxTokens, { minimum: 1, maximum: Infinity, integer: true });
  checkSampling(request.sampling, vocabularySize);
  if (request.logProbabilities !== undefined) {
    checkNumber('logProbabilities', request.logProbabilities, { minimum: 0, maximum: mostLogProbabilities, integer: true });
  }
  if (request.cache !== undefined) checkCacheRequest(request.cache, request.prompt.length);
  checkSpeculation(request.speculation);
  const promptTokens = request.prompt.length;
  if (promptTokens >= contextLength) throw new ContextLengthError('context.exceeded', { promptTokens, contextLength });
  return Math.min(request.maxTokens, contextLength - promptTokens);
}

/**
 * Checks a score request before a backend works on it.
 * @throws `InvalidArgumentError` for a value out of range, `ContextLengthError` where the tokens do not fit the context
 */
export function validateScoreRequest(request: ScoreRequest, vocabularySize: number, contextLength: number): void {
  checkObject('request', request);
  checkTokens('tokens', request.tokens, 2, vocabularySize);
  if (request.chunkSize !== undefined) {
    checkNumber('chunkSize', request.chunkSize, { minimum: 1, maximum: Infinity, integer: true });
  }
  const promptTokens = request.tokens.length;
  if (promptTokens > contextLength) throw new ContextLengthError('context.exceeded', { promptTokens, contextLength });
}

/**
 * Checks a score request of several sequences before a backend works on it.
 * @throws as {@link validateScoreRequest}
 */
export function validateScoreBatchRequest(request: ScoreBatchRequest, vocabularySize: number, contextLength: number): void {
  checkObject('request', request);
  const { sequences, chunkSize, adapters } = request;
  checkObject('sequences', sequences);
  if (adapters !== undefined) checkObject('adapters', adapters);
  checkNumber('sequences.length', sequences.length, { minimum: 1, maximum: Infinity });
  if (adapters !== undefined) checkNumber('adapters.length', adapters.length, { minimum: sequences.length, maximum: sequences.length });
  for (const tokens of sequences) validateScoreRequest({ tokens, ...(chunkSize !== undefined && { chunkSize }) }, vocabularySize, contextLength);
}

/**
 * Checks an embed request before a backend works on it.
 * @throws `InvalidArgumentError` for a value out of range, `ContextLengthError` where a sequence does not fit the context
 */
export function validateEmbedRequest(request: EmbedRequest, vocabularySize: number, contextLength: number): void {
  checkObject('request', request);
  const { sequences, tokenTypes } = request;
  checkObject('sequences', sequences);
  if (tokenTypes !== undefined) checkObject('tokenTypes', tokenTypes);
  checkNumber('sequences.length', sequences.length, { minimum: 1, maximum: Infinity });
  for (const [index, tokens] of sequences.entries()) {
    checkTokens(`sequences[${index}]`, tokens, 1, vocabularySize);
    if (tokens.length > contextLength) throw new ContextLengthError('context.exceeded', { promptTokens: tokens.length, contextLength });
  }
  if (tokenTypes === undefined) return;
  checkNumber('tokenTypes.length', tokenTypes.length, { minimum: sequences.length, maximum: sequences.length });
  for (const [index, types] of tokenTypes.entries()) {
    const { length = 0 } = sequences[index] ?? [];
    checkNumber(`tokenTypes[${index}].length`, types.length, { minimum: length, maximum: length });
    checkTokens(`tokenTypes[${index}]`, types, 1, maxTokenTypes);
  }
}

// The largest table that a config may declare (see GraphBuilder); ids past a model's own are refused by its backend.
const maxTokenTypes = 256;

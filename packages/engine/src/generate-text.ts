import { ContextLengthError, EngineError, type EngineRequest, type EngineStreamPart, type TokenUsage } from '@mlxengine/core';
import type { BackendModel, TokenRequest, TokenStatistics } from '@mlxengine/core/backend';
import { describeTokens } from './describe-tokens.js';
import { encodePrompt } from './encode-prompt.js';
import type { OpenedModel } from './open-model.js';
import { AnswerDecoder } from './answer-decoder.js';
import { messageBorders } from './message-borders.js';
import { samplingOf } from './sampling-of.js';

/** One answer: the prompt to tokens, the backend's tokens to text, up to a stop string or the model's own end. */
export async function* generateText(opened: OpenedModel, request: EngineRequest): AsyncGenerator<EngineStreamPart> {
  const start = performance.now();
  // What follows is slow, and the caller of `stream` should have its stream first.
  await Promise.resolve();
  const { tokenizer, model } = opened;
  const prompt = encodePrompt(tokenizer, request.prompt);
  const decoder = new AnswerDecoder(tokenizer, request.parameters.stop);
  const count = { promptTokens: prompt.length, cachedPromptTokens: 0, completionTokens: 0 };
  let firstTokenMs: number | undefined;
  for await (const batch of model.generate(tokenRequest(opened, request, prompt), { signal: request.signal })) {
    if (batch.type === 'prefill-progress') {
      count.cachedPromptTokens = batch.cachedTokens;
      yield batch;
    } else if (batch.type === 'tokens') {
      firstTokenMs ??= performance.now() - start;
      count.completionTokens += batch.tokens.length;
      const { text, stopString } = decoder.push(batch.tokens);
      const logProbabilities = describeTokens(tokenizer, batch);
      if (text !== '' || logProbabilities.length > 0) {
        yield { type: 'text-delta', text, usage: { ...count }, ...(logProbabilities.length > 0 && { logProbabilities }) };
      }
      // Leaving the loop cancels the backend's work; the tokens past the stop string never match a later prompt.
      if (stopString !== undefined) {
        yield stopped(stopString, count, start, firstTokenMs);
        return;
      }
    } else {
      const { text, stopString } = decoder.flush();
      if (text !== '') yield { type: 'text-delta', text, usage: { ...count } };
      if (stopString !== undefined) {
        yield stopped(stopString, count, start, firstTokenMs ?? 0);
        return;
      }
      yield finished(batch.reason, batch.statistics, firstTokenMs ?? 0);
      return;
    }
  }
  if (!request.signal.aborted) throw new EngineError('engine.generation-failed', { reason: 'the backend ended without saying how' });
}

/** Where nobody says how long an answer may be, memory does; a prompt that fills it is the backend's to refuse. */
function fitting(model: BackendModel, promptTokens: number): number {
  return Math.max(1, (model.fittingTokens?.() ?? Infinity) - promptTokens);
}

function tokenRequest({ checkpoint, tokenizer, model, backend, adapter }: OpenedModel, { parameters }: EngineRequest, prompt: number[]): TokenRequest {
  const { contextLength } = checkpoint.graph;
  const left = contextLength - prompt.length;
  if (left < 1) throw new ContextLengthError('context.exceeded', { promptTokens: prompt.length, contextLength });
  return {
    prompt,
    maxTokens: Math.min(parameters.maxTokens ?? fitting(model, prompt.length), left),
    stopTokens: tokenizer.endTokens,
    sampling: samplingOf(parameters, tokenizer),
    ...(adapter && { adapter: adapter.id }),
    ...(parameters.logProbabilities !== undefined && { logProbabilities: parameters.logProbabilities }),
    ...(backend.supports.features.includes('prefix-cache') && { cache: { borders: messageBorders(prompt, tokenizer.endTokens) } }),
  };
}

// A stop string is met before the backend tells its own times: work on the prompt is then all up to the first token.
function stopped(stopString: string, usage: TokenUsage, start: number, firstTokenMs: number): EngineStreamPart {
  const decodeMs = performance.now() - start - firstTokenMs;
  const timings = { timeToFirstTokenMs: firstTokenMs, prefillMs: firstTokenMs, decodeMs };
  return { type: 'finish', reason: 'stop', stopString, usage, timings };
}

function finished(
  reason: 'stop-token' | 'length',
  { promptTokens, cachedPromptTokens, cache, completionTokens, prefillMs, decodeMs }: TokenStatistics,
  timeToFirstTokenMs: number,
): EngineStreamPart {
  return {
    type: 'finish',
    reason: reason === 'length' ? 'length' : 'stop',
    usage: { promptTokens, cachedPromptTokens, ...(cache && { cache }), completionTokens },
    timings: { timeToFirstTokenMs, prefillMs, decodeMs },
  };
}

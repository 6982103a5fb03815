import type { EngineRequest, EngineStreamPart, TokenUsage } from '@mlxengine/core';
import type { Attributes, Span } from '@opentelemetry/api';
import { usesOpenTelemetry } from './open-telemetry.js';
import { failSpan, startSpan } from './spans.js';

/** What a span says of the model that answers. */
export interface TracedModel {
  readonly model: string;
  readonly backend: string;
}

/** The same parts, and a span around them where the application uses OpenTelemetry; otherwise they are not even looked at. */
export function traceGeneration(traced: TracedModel, request: EngineRequest, parts: AsyncIterable<EngineStreamPart>): AsyncIterable<EngineStreamPart> {
  return usesOpenTelemetry() ? withSpan(traced, request, parts) : parts;
}

async function* withSpan({ model, backend }: TracedModel, request: EngineRequest, parts: AsyncIterable<EngineStreamPart>): AsyncGenerator<EngineStreamPart> {
  const span = await startSpan({
    name: request.prompt.kind === 'messages' ? 'chat' : 'text_completion',
    model,
    attributes: { ...requestAttributes(request), 'mlxengine.backend': backend },
  });
  if (span === undefined) {
    yield* parts;
    return;
  }
  let usage: TokenUsage | undefined;
  let finishReason = 'aborted';
  let told = false;
  try {
    for await (const part of parts) {
      if (part.type !== 'prefill-progress') usage = part.usage ?? usage;
      if (part.type === 'finish') finishReason = part.reason;
      if (part.type === 'text-delta' && !told) {
        told = true;
        span.addEvent('gen_ai.first_token');
      }
      yield part;
    }
    span.setAttribute('gen_ai.response.finish_reasons', [finishReason]);
  } catch (error) {
    failSpan(span, error);
    throw error;
  } finally {
    // Also where the reader left, which ends this function at its `yield`.
    endSpan(span, model, usage);
  }
}

function endSpan(span: Span, model: string, usage: TokenUsage | undefined): void {
  span.setAttribute('gen_ai.response.model', model);
  if (usage !== undefined) {
    const { promptTokens, cachedPromptTokens, completionTokens } = usage;
    span.setAttributes({ 'gen_ai.usage.input_tokens': promptTokens, 'gen_ai.usage.output_tokens': completionTokens });
    if (cachedPromptTokens !== undefined) span.setAttribute('gen_ai.usage.cache_read.input_tokens', cachedPromptTokens);
  }
  span.end();
}

function requestAttributes({ parameters }: EngineRequest): Attributes {
  const { maxTokens, temperature, topP, topK, seed, stop, presencePenalty, frequencyPenalty } = parameters;
  return {
    'gen_ai.output.type': 'text',
    'gen_ai.request.temperature': temperature,
    'gen_ai.request.top_p': topP,
    ...(topK > 0 && { 'gen_ai.request.top_k': topK }),
    ...(maxTokens !== undefined && { 'gen_ai.request.max_tokens': maxTokens }),
    ...(seed !== undefined && { 'gen_ai.request.seed': seed }),
    ...(presencePenalty !== undefined && { 'gen_ai.request.presence_penalty': presencePenalty }),
    ...(frequencyPenalty !== undefined && { 'gen_ai.request.frequency_penalty': frequencyPenalty }),
    ...(stop.length > 0 && { 'gen_ai.request.stop_sequences': [...stop] }),
  };
}

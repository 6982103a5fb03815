import { AbortedError, MLXEngineError } from '@mlxengine/core';
import type { Attributes, Span } from '@opentelemetry/api';
import { openTelemetry, usesOpenTelemetry } from './open-telemetry.js';

/** What a span of the GenAI conventions begins with. */
export interface Operation {
  /** `chat`, `text_completion` or `embeddings`. */
  readonly name: 'chat' | 'text_completion' | 'embeddings';
  readonly model: string;
  /** Further attributes; `undefined` values are left out. */
  readonly attributes: Attributes;
}

/**
 * Starts a span by OpenTelemetry's semantic conventions for GenAI (https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/);
 * `undefined` where the application does not use OpenTelemetry. Texts are never recorded.
 */
export async function startSpan({ name, model, attributes }: Operation): Promise<Span | undefined> {
  if (!usesOpenTelemetry()) return undefined;
  const found = openTelemetry();
  const api = found instanceof Promise ? await found : found;
  return api?.trace.getTracer('@mlxengine/engine').startSpan(`${name} ${model}`, {
    // The model runs in this process, so there is no other side.
    kind: api.SpanKind.INTERNAL,
    attributes: { 'gen_ai.operation.name': name, 'gen_ai.provider.name': 'mlxengine', 'gen_ai.request.model': model, ...attributes },
  });
}

// `SpanStatusCode.ERROR`, which is a number for good and not worth waiting for the package.
const errorStatus = 2;

/** Marks a span as failed. What the caller aborted, or left, has not failed. */
export function failSpan(span: Span, error: unknown): void {
  if (AbortedError.isInstance(error)) {
    span.setAttribute('gen_ai.response.finish_reasons', ['aborted']);
    return;
  }
  span.setAttribute('error.type', MLXEngineError.isInstance(error) ? error.code : (error as Error).name);
  span.recordException(error as Error);
  span.setStatus({ code: errorStatus, message: (error as Error).message });
}

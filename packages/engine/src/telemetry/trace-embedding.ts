import type { EmbeddingResult } from '@mlxengine/core';
import type { TracedModel } from './trace-generation.js';
import { failSpan, startSpan } from './spans.js';

/** Vectors of texts, and a span around them where the application uses OpenTelemetry. */
export async function traceEmbedding({ model, backend }: TracedModel, dimensions: number, work: () => Promise<EmbeddingResult>): Promise<EmbeddingResult> {
  const span = await startSpan({ name: 'embeddings', model, attributes: { 'gen_ai.embeddings.dimension.count': dimensions, 'mlxengine.backend': backend } });
  if (span === undefined) return work();
  try {
    const result = await work();
    span.setAttributes({ 'gen_ai.response.model': model, 'gen_ai.usage.input_tokens': result.usage.promptTokens });
    return result;
  } catch (error) {
    failSpan(span, error);
    throw error;
  } finally {
    span.end();
  }
}

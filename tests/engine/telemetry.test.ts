import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { createMemorySource, createReferenceBackend, createTinyCheckpoint } from '@mlxengine/testing';
import { ContextLengthError, loadEmbeddingModel, loadModel, type InferenceEngine } from 'mlxengine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sentenceTransformers, tinyBert, tinyVectorModel } from './tiny-vector-model.js';

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });

const open = async (): Promise<InferenceEngine> => loadModel(createMemorySource('tiny', createTinyCheckpoint()), { backend: createReferenceBackend() });

beforeEach(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
});

afterEach(() => {
  exporter.reset();
  trace.disable();
  context.disable();
});

function onlySpan(): ReadableSpan {
  const spans = exporter.getFinishedSpans();
  expect(spans).toHaveLength(1);
  return spans[0]!;
}

describe('spans of OpenTelemetry', () => {
  it('tell of an answer by the conventions for GenAI, and nothing of its text', async () => {
    await using engine = await open();
    const { usage } = await engine.generate('Hello', { maxTokens: 4, temperature: 0.5, topP: 0.9, topK: 20, seed: 7, stop: ['@@'] });
    const span = onlySpan();
    expect(span.name).toBe(`chat ${engine.model.id}`);
    expect(span.attributes).toEqual({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'mlxengine',
      'gen_ai.output.type': 'text',
      'gen_ai.request.model': engine.model.id,
      'gen_ai.request.max_tokens': 4,
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.top_p': 0.9,
      'gen_ai.request.top_k': 20,
      'gen_ai.request.seed': 7,
      'gen_ai.request.stop_sequences': ['@@'],
      'gen_ai.response.model': engine.model.id,
      'gen_ai.response.finish_reasons': ['length'],
      'gen_ai.usage.input_tokens': usage?.promptTokens,
      'gen_ai.usage.output_tokens': 4,
      'gen_ai.usage.cache_read.input_tokens': 0,
      'mlxengine.backend': engine.backendSelection.backend,
    });
    expect(span.status.code).toBe(0);
    expect(span.ended).toBe(true);
  });

  it('are children of the span that the caller is in', async () => {
    await using engine = await open();
    const tracer = trace.getTracer('application');
    const parentId = await tracer.startActiveSpan('request', async (parent) => {
      await engine.generate({ raw: 'Hello' }, { maxTokens: 2 });
      parent.end();
      return parent.spanContext().spanId;
    });
    const span = exporter.getFinishedSpans().find(({ name }) => name.startsWith('text_completion'));
    expect(span?.parentSpanContext?.spanId).toBe(parentId);
  });

  it('name the error by its code', async () => {
    await using engine = await open();
    const error = await engine.generate('x'.repeat(100_000)).catch((thrown: unknown) => thrown);
    expect(ContextLengthError.isInstance(error)).toBe(true);
    const { attributes, status, events } = onlySpan();
    expect(attributes['error.type']).toBe('context.exceeded');
    expect(status).toMatchObject({ code: 2, message: (error as Error).message });
    expect(events.map(({ name }) => name)).toEqual(['exception']);
  });

  it('end where the reader leaves and where a signal aborts', async () => {
    await using engine = await open();
    for await (const text of engine.stream('Hello', { maxTokens: 100 })) if (text !== '') break;
    await expect.poll(() => exporter.getFinishedSpans().length).toBe(1);
    expect(onlySpan().attributes['gen_ai.response.finish_reasons']).toEqual(['aborted']);
    expect(onlySpan().attributes['error.type']).toBeUndefined();
    exporter.reset();
    await expect(engine.generate('Hello', { signal: AbortSignal.timeout(5), maxTokens: 400 })).rejects.toThrow();
    await expect.poll(() => exporter.getFinishedSpans().length).toBe(1);
    expect(onlySpan().attributes['gen_ai.response.finish_reasons']).toEqual(['aborted']);
    expect(onlySpan().status.code).toBe(0);
  });

  it('tell of embeddings', async () => {
    await using engine = await loadEmbeddingModel(await tinyVectorModel(tinyBert, sentenceTransformers), { backend: 'fallback' });
    const { usage } = await engine.embed(['a river', 'birds']);
    const span = onlySpan();
    expect(span.name).toBe(`embeddings ${engine.model.id}`);
    expect(span.attributes).toMatchObject({
      'gen_ai.operation.name': 'embeddings', 'gen_ai.embeddings.dimension.count': 32, 'gen_ai.usage.input_tokens': usage.promptTokens,
    });
  });

  it('are not made where the application has no OpenTelemetry', async () => {
    trace.disable();
    context.disable();
    await using engine = await open();
    await engine.generate('Hello', { maxTokens: 2 });
    expect(exporter.getFinishedSpans()).toEqual([]);
  });
});

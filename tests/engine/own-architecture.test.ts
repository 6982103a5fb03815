import { safetensorsChunks } from '@mlxengine/models';
import { createMemorySource, createTinyCheckpoint } from '@mlxengine/testing';
import { defineArchitecture, loadModel, UnsupportedArchitectureError } from 'mlxengine';
import { expect, it } from 'vitest';

const vocabulary = 260;
const width = 32;

/** The next token depends on the last one alone: embedding, norm, the embedding again. */
const bigram = defineArchitecture({
  modelType: 'bigram',
  readArguments: (config) => ({ rows: config.integer('vocab_size', { minimum: 1, maximum: 10_000 }) }),
  buildGraph: (graph, { rows }) => {
    const h = graph.embedding(graph.tokens(), 'embedding', { rows, dimensions: width });
    const normed = graph.rmsNorm(graph.selectRows(h), 'norm', { epsilon: 1e-5 });
    return { logits: graph.linear(normed, 'embedding', { dimensions: rows }), contextLength: 64 };
  },
});

async function safetensors(): Promise<Uint8Array> {
  const bytes = (values: Float32Array): Uint8Array => new Uint8Array(values.buffer);
  const tensor = (name: string, shape: number[], value: (index: number) => number) => ({
    name,
    dtype: 'F32' as const,
    shape,
    chunks: async function* () {
      yield bytes(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, index) => value(index)));
    },
  });
  const tensors = [tensor('embedding.weight', [vocabulary, width], (index) => Math.sin(index * 12.9898)), tensor('norm.weight', [width], () => 1)];
  return Buffer.concat(await Array.fromAsync(safetensorsChunks(tensors)));
}

it('loadModel takes a family of the application\'s own, which is unknown without it', async () => {
  const files = new Map(createTinyCheckpoint());
  files.set('config.json', Buffer.from(JSON.stringify({ model_type: 'bigram', vocab_size: vocabulary })));
  files.set('model.safetensors', await safetensors());
  const source = createMemorySource('mine', files);
  await using engine = await loadModel(source, { backend: 'fallback', architectures: [bigram] });
  const { usage } = await engine.generate({ raw: 'Hi' }, { maxTokens: 4 });
  expect(engine.model.architecture).toBe('bigram');
  expect(usage?.completionTokens).toBe(4);
  const unknown = await loadModel(source, { backend: 'fallback' }).catch((error: unknown) => error);
  expect(UnsupportedArchitectureError.isInstance(unknown)).toBe(true);
});

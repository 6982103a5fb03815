import { AbortedError, InvalidArgumentError, loadEmbeddingModel, loadModel, loadReranker, probeBackends, UnloadedError, UnsupportedFeatureError } from 'mlxengine';
import { describe, expect, it } from 'vitest';
import { sentenceTransformers, tinyBert, tinyVectorModel } from './tiny-vector-model.js';

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(() => expect.unreachable(), (error: unknown) => error);
}

const norm = (vector: Float32Array): number => Math.hypot(...vector);
const distance = (a: Float32Array, b: Float32Array): number => Math.max(...a.map((value, index) => Math.abs(value - b[index]!)));
const texts = ['What is a river?', 'water that flows', 'The cat sits', '', 'birds'];

const probes = await probeBackends();

describe.each(['fallback', 'mlx'] as const)('loadEmbeddingModel on %s', (backend) => {
  const probe = probes.find((one) => one.backend === backend);
  if (probe?.available !== true) {
    it.skip(`needs the backend ${backend}: ${probe?.checks.find(({ ok }) => !ok)?.detail ?? 'not probed'}`);
    return;
  }
  const load = async (more: Readonly<Record<string, unknown>> = sentenceTransformers) => loadEmbeddingModel(await tinyVectorModel(tinyBert, more), { backend, dtype: 'float32' });

  it('gives a vector a text, in order, alone as beside others, as long as its files say', async () => {
    await using engine = await load();
    const { embeddings, usage } = await engine.embed(texts);
    expect(engine).toMatchObject({ dimensions: 32, maximumLength: 12, prompts: ['query', 'document'], specificationVersion: 'v1' });
    expect(engine.model.architecture).toBe('bert');
    expect(usage.promptTokens).toBe(7 + 5 + 5 + 2 + 4);
    expect(embeddings).toHaveLength(texts.length);
    for (const [index, text] of texts.entries()) {
      expect(norm(embeddings[index]!)).toBeCloseTo(1, 5);
      expect(distance((await engine.embed([text])).embeddings[0]!, embeddings[index]!)).toBeLessThan(1e-5);
    }
    expect(distance(embeddings[0]!, embeddings[1]!)).toBeGreaterThan(0.01);
  });

  it('takes the mean as it is where no files say otherwise', async () => {
    await using plain = await load({});
    await using engine = await load();
    const [vector] = (await plain.embed(['a river'])).embeddings;
    const [unit] = (await engine.embed(['a river'])).embeddings;
    const length = norm(vector!);
    expect(Math.abs(length - 1)).toBeGreaterThan(0.01);
    expect(distance(vector!.map((value) => value / length), unit!)).toBeLessThan(1e-5);
    expect(plain).toMatchObject({ maximumLength: 24, prompts: [] });
  });

  it('cuts what is too long at its end, and keeps what ends a sequence', async () => {
    await using engine = await load();
    const long = await engine.embed(['a river '.repeat(20)]);
    const cut = await engine.embed(['a river '.repeat(5)]);
    expect(long.usage.promptTokens).toBe(12);
    expect(distance(long.embeddings[0]!, cut.embeddings[0]!)).toBeLessThan(1e-5);
  });

  it('puts a prompt before every text by its name', async () => {
    await using engine = await load();
    const named = await engine.embed(['a river'], { prompt: 'query' });
    const written = await engine.embed(['query: a river']);
    expect(distance(named.embeddings[0]!, written.embeddings[0]!)).toBeLessThan(1e-6);
    const refused = await rejection(engine.embed(['a river'], { prompt: 'poem' }));
    expect(InvalidArgumentError.isInstance(refused)).toBe(true);
    expect((refused as Error).message).toContain('query, document');
    await using always = await load({ ...sentenceTransformers, 'config_sentence_transformers.json': { prompts: { query: 'query: ' }, default_prompt_name: 'query' } });
    expect(distance((await always.embed(['a river'])).embeddings[0]!, written.embeddings[0]!)).toBeLessThan(1e-6);
  });

  it('serves calls side by side, many texts and none', async () => {
    await using engine = await load();
    const many = Array.from({ length: 150 }, (_, index) => texts[index % texts.length]!);
    const [all, few, none] = await Promise.all([engine.embed(many), engine.embed(texts), engine.embed([])]);
    many.forEach((_, index) => expect(distance(all.embeddings[index]!, few.embeddings[index % texts.length]!)).toBeLessThan(1e-5));
    expect(none).toEqual({ embeddings: [], usage: { promptTokens: 0 } });
  });

  it('refuses what is no list of texts', async () => {
    await using engine = await load();
    for (const wrong of ['a river', [7], undefined]) expect(InvalidArgumentError.isInstance(await rejection(engine.embed(wrong as unknown as string[])))).toBe(true);
  });

  it('stops by its signal, before and while it works', async () => {
    await using engine = await load();
    expect(AbortedError.isInstance(await rejection(engine.embed(texts, { signal: AbortSignal.abort() })))).toBe(true);
    const controller = new AbortController();
    const running = engine.embed(Array.from({ length: 2000 }, () => 'water that flows is a river'), { signal: controller.signal });
    setTimeout(() => controller.abort(), 5);
    expect(AbortedError.isInstance(await rejection(running))).toBe(true);
    expect((await engine.embed(['birds'])).embeddings).toHaveLength(1);
  });

  it('is of no use after unload, which ends what runs', async () => {
    const engine = await load();
    const running = rejection(engine.embed(Array.from({ length: 2000 }, () => 'water that flows is a river')));
    await Promise.all([engine.unload(), engine.unload()]);
    expect(UnloadedError.isInstance(await running)).toBe(true);
    expect(UnloadedError.isInstance(await rejection(engine.embed(['birds'])))).toBe(true);
  });
});

it('each kind of model is refused where another is wanted, with what to load it with', async () => {
  const embedder = await tinyVectorModel(tinyBert);
  const ranker = await tinyVectorModel({ ...tinyBert, architectures: ['BertForSequenceClassification'], num_labels: 1 });
  const options = { backend: 'fallback' } as const;
  const refusals: readonly (readonly [() => Promise<unknown>, string])[] = [
    [() => loadModel(embedder, options), 'loadEmbeddingModel'],
    [() => loadModel(ranker, options), 'loadReranker'],
    [() => loadEmbeddingModel(ranker, options), 'loadReranker'],
    [() => loadReranker(embedder, options), 'loadEmbeddingModel'],
    [() => loadEmbeddingModel('smollm2', options), 'loadModel'],
    [() => loadReranker('smollm2', options), 'loadModel'],
  ];
  for (const [loading, remedy] of refusals) {
    const error = await rejection(loading());
    expect(UnsupportedFeatureError.isInstance(error)).toBe(true);
    expect((error as Error).message).toContain(remedy);
  }
});

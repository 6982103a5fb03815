import { createFallbackBackend } from '@mlxengine/fallback';
import { readCheckpoint } from '@mlxengine/models';
import { InvalidArgumentError, loadReranker, openFolder, probeBackends, UnloadedError, UnsupportedFeatureError, type ModelSource } from 'mlxengine';
import { describe, expect, it } from 'vitest';
import { starterCheckpoint } from '../cli/command.js';
import { cls, sep, tinyBert, tinyModelFiles, tinyVectorModel } from './tiny-vector-model.js';

const crossEncoder = { ...tinyBert, architectures: ['BertForSequenceClassification'], num_labels: 1 };
const [query, documents] = ['what is a river?', ['water that flows', 'the cat sits', 'a bird']];
// By hand, of the tokenizer's words.
const sequences = [[11, 12, 13], [16, 17, 18], [8, 14]].map((document) => [cls, 6, 7, 8, 9, 10, sep, ...document, sep]);
const tokenTypes = sequences.map((ids) => ids.map((_, place) => (place < 7 ? 0 : 1)));

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(() => expect.unreachable(), (error: unknown) => error);
}

/** What the model gives for ids, below everything that is tested here. */
async function logitsOf(source: ModelSource, task: 'rerank', request: { sequences: number[][]; tokenTypes?: number[][] }): Promise<readonly Float32Array[]> {
  await using backend = await createFallbackBackend();
  const { graph, weights } = await readCheckpoint(source, { task });
  const model = await backend.loadModel(graph, weights, { dtype: 'float32' });
  return (await model.embed(request)).pooled;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const probes = await probeBackends();

describe.each(['fallback', 'mlx'] as const)('loadReranker on %s', (backend) => {
  const probe = probes.find((one) => one.backend === backend);
  if (probe?.available !== true) {
    it.skip(`needs the backend ${backend}: ${probe?.checks.find(({ ok }) => !ok)?.detail ?? 'not probed'}`);
    return;
  }
  const options = { backend, dtype: 'float32' } as const;

  it('scores pairs of query and document with their segments, and says which is best', async () => {
    const source = await tinyVectorModel(crossEncoder);
    await using engine = await loadReranker(source, options);
    const { scores, order, usage } = await engine.rerank(query, documents);
    const expected = (await logitsOf(source, 'rerank', { sequences, tokenTypes })).map(([logit]) => sigmoid(logit!));
    scores.forEach((score, index) => expect(score).toBeCloseTo(expected[index]!, 5));
    expect(order).toEqual([0, 1, 2].sort((a, b) => expected[b]! - expected[a]!));
    expect(new Set(expected.map((score) => score.toFixed(3))).size).toBe(3);
    expect(usage.promptTokens).toBe(sequences.flat().length);
  });

  it('leaves the score as it is where the model says so', async () => {
    const source = await tinyVectorModel({ ...crossEncoder, sentence_transformers: { activation_fn: 'torch.nn.modules.linear.Identity' } });
    await using engine = await loadReranker(source, options);
    const { scores } = await engine.rerank(query, documents);
    const expected = await logitsOf(source, 'rerank', { sequences, tokenTypes });
    scores.forEach((score, index) => expect(score).toBeCloseTo(expected[index]![0]!, 4));
  });

  it('cuts long documents, takes none, and is of no use after unload', async () => {
    const engine = await loadReranker(await tinyVectorModel(crossEncoder), options);
    const long = await engine.rerank(query, ['water that flows '.repeat(30)]);
    expect(long.usage.promptTokens).toBe(24);
    expect(await engine.rerank(query, [])).toEqual({ scores: [], order: [], usage: { promptTokens: 0 } });
    expect(InvalidArgumentError.isInstance(await rejection(engine.rerank(query, 'water' as unknown as string[])))).toBe(true);
    await engine.unload();
    expect(UnloadedError.isInstance(await rejection(engine.rerank(query, documents)))).toBe(true);
  });

  it('refuses an instruction that the model does not take, more labels than one, and unknown functions', async () => {
    await using engine = await loadReranker(await tinyVectorModel(crossEncoder), options);
    const three = await tinyVectorModel({ ...crossEncoder, num_labels: 3 });
    const unknown = await tinyVectorModel({ ...crossEncoder, sbert_ce_default_activation_function: 'torch.nn.Mish' });
    const refusals = [() => engine.rerank(query, documents, { instruction: 'Find rivers' }), () => loadReranker(three, options), () => loadReranker(unknown, options)];
    for (const refusal of refusals) expect(UnsupportedFeatureError.isInstance(await rejection(refusal()))).toBe(true);
  });
});

it('a reranker of Qwen 3 is asked as its model card says, and answers by yes and no', async () => {
  const config = {
    model_type: 'qwen3', hidden_size: 32, num_hidden_layers: 1, intermediate_size: 48, num_attention_heads: 2, num_key_value_heads: 1, head_dim: 16,
    rms_norm_eps: 1e-6, vocab_size: 49152, rope_theta: 1e6, max_position_embeddings: 300, tie_word_embeddings: true,
  };
  const starter = await openFolder(starterCheckpoint);
  const files = new Map(await tinyModelFiles(config));
  for (const file of ['tokenizer.json', 'tokenizer_config.json']) files.set(file, await starter.read(file));
  const { createMemorySource } = await import('@mlxengine/testing');
  const source = createMemorySource('tiny-qwen3', files);
  await using engine = await loadReranker(source, { backend: 'fallback', dtype: 'float32' });
  const { loadTokenizer } = await import('@mlxengine/text');
  const tokenizer = await loadTokenizer(source);
  const prompt = (instruction: string, document: string): string => '<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and the Instruct provided. '
    + `Note that the answer can only be "yes" or "no".<|im_end|>\n<|im_start|>user\n<Instruct>: ${instruction}\n<Query>: ${query}\n<Document>: ${document}<|im_end|>\n`
    + '<|im_start|>assistant\n<think>\n\n</think>\n\n';
  const expected = async (instruction: string): Promise<number[]> => {
    const ids = documents.map((document) => tokenizer.encode(prompt(instruction, document), { addSpecialTokens: false }));
    const [yes, no] = ['yes', 'no'].map((word) => tokenizer.encode(word)[0]!) as [number, number];
    return (await logitsOf(source, 'rerank', { sequences: ids })).map((logits) => Math.exp(logits[yes]!) / (Math.exp(logits[yes]!) + Math.exp(logits[no]!)));
  };
  for (const instruction of [undefined, 'Find rivers']) {
    const { scores } = await engine.rerank(query, documents, instruction === undefined ? {} : { instruction });
    const wanted = await expected(instruction ?? 'Given a web search query, retrieve relevant passages that answer the query');
    scores.forEach((score, index) => expect(score).toBeCloseTo(wanted[index]!, 5));
  }
  expect((await engine.rerank(query, ['water that flows '.repeat(200)])).usage.promptTokens).toBe(300);
});

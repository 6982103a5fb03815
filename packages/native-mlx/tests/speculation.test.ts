import type { BackendModel, SpeculationStatistics, TokenRequest } from '@mlxengine/core/backend';
import { createTinyModel } from '@mlxengine/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMLXBackend } from '../src/index.js';
import { generateTokens, greedy, missing, suiteName } from './mlx.js';

const backend = missing === '' ? await createMLXBackend({ device: 'cpu' }) : undefined;

interface Answer {
  readonly tokens: readonly number[];
  readonly speculation: SpeculationStatistics | undefined;
}

async function answer(model: BackendModel, request: Partial<TokenRequest>): Promise<Answer> {
  const tokens: number[] = [];
  let speculation: SpeculationStatistics | undefined;
  for await (const batch of model.generate({ prompt: [1, 2, 3], maxTokens: 60, stopTokens: [], sampling: greedy, ...request })) {
    if (batch.type === 'tokens') tokens.push(...batch.tokens);
    if (batch.type === 'finish') ({ speculation } = batch.statistics);
  }
  return { tokens, speculation };
}

describe.skipIf(backend === undefined)(suiteName('speculation', missing), () => {
  let model: BackendModel;

  beforeAll(async () => {
    const { graph, weights } = createTinyModel();
    model = (await backend?.loadModel(graph, weights)) as BackendModel;
  });

  afterAll(() => backend?.[Symbol.asyncDispose]());

  test('looked up in text that repeats itself, guesses are taken, and the answer is the plain one', async () => {
    // A tiny model goes in circles before long, so that its answer foretells itself.
    const plain = await answer(model, { maxTokens: 120 });
    const prompt = [1, 2, 3, ...plain.tokens];
    const expected = await answer(model, { prompt });
    const { tokens, speculation } = await answer(model, { prompt, speculation: { kind: 'prompt-lookup', maxDraft: 6 } });
    expect(tokens).toEqual(expected.tokens);
    expect(expected.speculation).toBeUndefined();
    expect(speculation?.accepted).toBeGreaterThan(0);
    expect(speculation?.accepted).toBeLessThanOrEqual(speculation?.drafted ?? 0);
  });

  test('guesses of the model itself are taken at each position, drawn or not', async () => {
    const sampling = { ...greedy, temperature: 0.9, seed: 5 };
    const plain = await answer(model, { sampling });
    const { tokens, speculation } = await answer(model, { sampling, speculation: { kind: 'draft', model, maxDraft: 3 } });
    expect(tokens).toEqual(plain.tokens);
    expect(speculation?.accepted).toBeGreaterThan((speculation?.drafted ?? 0) * 0.9);
  });

  test('a request with guesses and others beside it give what each gives alone', async () => {
    const requests: Partial<TokenRequest>[] = [{ speculation: { kind: 'prompt-lookup' } }, { prompt: [5, 6] }, { prompt: [7], maxTokens: 5 }];
    const alone: (readonly number[])[] = [];
    for (const { speculation: _, ...request } of requests) alone.push((await answer(model, request)).tokens);
    const together = await Promise.all(requests.map((request) => answer(model, request)));
    expect(together.map(({ tokens }) => tokens)).toEqual(alone);
  });

  test.each<[string, () => Promise<Partial<TokenRequest>>]>([
    ['a draft of nothing', async () => ({ speculation: { kind: 'prompt-lookup', maxDraft: 0 } })],
    ['a draft that is too long', async () => ({ speculation: { kind: 'prompt-lookup', maxDraft: 33 } })],
    ['a run of no tokens', async () => ({ speculation: { kind: 'prompt-lookup', ngram: 0 } })],
    ['a draft model of another vocabulary', async () => {
      const { graph, weights } = createTinyModel({ vocabularySize: 64 });
      return { speculation: { kind: 'draft', model: (await backend?.loadModel(graph, weights)) as BackendModel } };
    }],
    ['a grammar', async () => ({ speculation: { kind: 'prompt-lookup' }, constraint: { fillMask: () => undefined, accept: () => undefined, forced: () => [] } })],
  ])('refuses %s by a typed error', async (_, make) => {
    const error = await generateTokens(model, { prompt: [1], ...(await make()) }).catch((thrown: unknown) => thrown);
    expect((error as { readonly code?: string }).code).toMatch(/^(argument|feature)\./);
  });
});

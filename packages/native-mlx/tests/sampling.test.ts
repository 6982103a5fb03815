import { readFileSync } from 'node:fs';
import { InvalidArgumentError } from '@mlxengine/core';
import type { BackendModel, SamplingParameters, TokenRequest } from '@mlxengine/core/backend';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMLXBackend } from '../src/index.js';
import { greedy, missing, suiteName } from './mlx.js';
import { tableModel, vocabularySize } from './support/table-model.js';

interface Answer {
  readonly tokens: readonly number[];
  readonly logProbabilities: readonly number[];
  readonly topTokens: readonly number[];
  readonly topLogProbabilities: readonly number[];
}

interface GoldenCase extends Partial<SamplingParameters>, Omit<Answer, 'topLogProbabilities'> {
  readonly prompt: readonly number[];
}

const golden = JSON.parse(readFileSync(new URL('support/sampler-golden.json', import.meta.url), 'utf8')) as readonly GoldenCase[];
const likeliest = 3;

describe.skipIf(missing !== '')(suiteName('sampling as mlx-lm does it', missing), () => {
  let model: BackendModel;
  let backend: Awaited<ReturnType<typeof createMLXBackend>>;
  beforeAll(async () => {
    backend = await createMLXBackend({ device: 'cpu' });
    const { graph, weights } = tableModel();
    model = await backend.loadModel(graph, weights);
  });
  afterAll(() => backend[Symbol.asyncDispose]());

  async function ask(request: Partial<TokenRequest> & Pick<TokenRequest, 'prompt'>): Promise<Answer> {
    const told = { tokens: [] as number[], logProbabilities: [] as number[], topTokens: [] as number[], topLogProbabilities: [] as number[] };
    for await (const batch of model.generate({ maxTokens: 24, stopTokens: [], sampling: greedy, ...request })) {
      if (batch.type !== 'tokens') continue;
      told.tokens.push(...batch.tokens);
      told.logProbabilities.push(...(batch.logProbabilities ?? []));
      told.topTokens.push(...(batch.topTokens ?? []));
      told.topLogProbabilities.push(...(batch.topLogProbabilities ?? []));
    }
    return told;
  }

  function requestOf({ prompt, tokens: _tokens, logProbabilities: _own, topTokens: _top, ...sampling }: GoldenCase): TokenRequest {
    return { prompt, maxTokens: 24, stopTokens: [], sampling: { ...greedy, ...sampling }, logProbabilities: likeliest };
  }

  const named = golden.map((golden): [string, GoldenCase] => {
    const { prompt: _prompt, tokens: _tokens, logProbabilities: _own, topTokens: _top, seed: _seed, ...settings } = golden;
    return [JSON.stringify(settings), golden];
  });

  test.each(named)('%s', async (_, golden) => {
    const answer = await ask(requestOf(golden));
    expect(answer.tokens).toEqual(golden.tokens);
    expect(answer.topTokens).toEqual(golden.topTokens);
    for (const [index, value] of answer.logProbabilities.entries()) expect(value).toBeCloseTo(golden.logProbabilities[index] ?? NaN, 4);
    const own = answer.tokens.map((token, index) => answer.topTokens.slice(index * likeliest, (index + 1) * likeliest).indexOf(token));
    for (const [index, place] of own.entries()) {
      if (place >= 0) expect(answer.topLogProbabilities[index * likeliest + place]).toBe(answer.logProbabilities[index]);
    }
  });

  test('requests side by side get what each gets alone, to the bit', async () => {
    const requests = golden.map((golden, index) => ({ ...requestOf(golden), maxTokens: 8 + index, logProbabilities: index % 4 }));
    const alone: Answer[] = [];
    for (const request of requests) alone.push(await ask(request));
    expect(await Promise.all(requests.map(ask))).toEqual(alone);
  });

  test('log-probabilities are told only where asked for', async () => {
    for await (const batch of model.generate({ prompt: [1], maxTokens: 2, stopTokens: [], sampling: greedy })) {
      if (batch.type === 'tokens') expect(Object.keys(batch)).toEqual(['type', 'tokens']);
    }
    const { topTokens, logProbabilities } = await ask({ prompt: [1], logProbabilities: 0 });
    expect([topTokens.length, logProbabilities.length]).toEqual([0, 24]);
  });

  test('a constraint is part of what log-probabilities are of', async () => {
    let chosen = 0;
    const constraint = {
      fillMask: (mask: Uint32Array): void => void (mask[0] = 0b1010),
      forced: (): readonly number[] => (chosen === 1 ? [5] : []),
      accept: (): void => void chosen++,
      complete: (): boolean => false,
    } as unknown as NonNullable<TokenRequest['constraint']>;
    const answer = await ask({ prompt: [1], maxTokens: 3, constraint, logProbabilities: 2 });
    expect([1, 3]).toContain(answer.tokens[0]);
    expect(answer.tokens[1]).toBe(5);
    expect(answer.logProbabilities[1]).toBe(0);
    expect(answer.topTokens.slice(0, 2).sort()).toEqual([1, 3]);
    const [first = 0, second = 0] = answer.topLogProbabilities;
    expect(Math.exp(first) + Math.exp(second)).toBeCloseTo(1, 5);
  });

  test('settings that float32 cannot hold still choose a token', async () => {
    const extremes: Partial<SamplingParameters>[] = [
      { temperature: 1e-40 }, { temperature: 1e-15, logitBias: [[3, 1e300], [4, -1e300]] }, { temperature: 1e300 },
      { repetitionPenalty: 1e300, temperature: 1 }, { presencePenalty: -1e300 }, { frequencyPenalty: 1e300, temperature: 1, topP: 1e-300 },
    ];
    for (const sampling of extremes) {
      const { tokens, logProbabilities } = await ask({ prompt: [1, 2], maxTokens: 4, sampling: { ...greedy, ...sampling }, logProbabilities: 0 });
      expect(tokens).toHaveLength(4);
      for (const value of logProbabilities) expect(value).toBeLessThanOrEqual(1e-6);
    }
  });

  test.each<[string, Partial<SamplingParameters>]>([
    ['a bias', { logitBias: [[vocabularySize, 1]] }],
    ['an excluded token', { xtcProbability: 1, xtcExcludedTokens: [vocabularySize] }],
  ])('%s past the vocabulary is refused', async (_, sampling) => {
    await expect(ask({ prompt: [1], sampling: { ...greedy, ...sampling } })).rejects.toThrow(InvalidArgumentError);
  });
});

import type { RequestProfile, TokenRequest } from '@mlxengine/core/backend';
import { toChromeTrace } from '@mlxengine/core/backend';
import { createTinyModel } from '@mlxengine/testing';
import { describe, expect, test } from 'vitest';
import { createMLXBackend } from '../src/index.js';
import { greedy, missing, suiteName } from './mlx.js';

const { graph, weights } = createTinyModel();
const request: TokenRequest = { prompt: [1, 2, 3, 4, 5], maxTokens: 8, stopTokens: [], sampling: greedy };

async function answer(asked: TokenRequest, isolate = false, loaded = false): Promise<{ tokens: number[]; profile?: RequestProfile | undefined }> {
  await using backend = await createMLXBackend({ device: 'cpu', isolate });
  const model = await backend.loadModel(graph, weights, { profile: loaded });
  const tokens: number[] = [];
  let profile: RequestProfile | undefined;
  for await (const batch of model.generate(asked)) {
    if (batch.type === 'tokens') tokens.push(...batch.tokens);
    if (batch.type === 'finish') profile = batch.profile;
  }
  return { tokens, profile };
}

describe.skipIf(missing !== '')(suiteName('a profile', missing), () => {
  test.each([false, true])('has each step and each kind of operation, and the same tokens (isolate: %s)', async (isolate) => {
    const plain = await answer(request);
    const { tokens, profile } = await answer({ ...request, profile: true }, isolate);
    expect(plain.profile).toBeUndefined();
    expect(tokens).toEqual(plain.tokens);
    expect(profile?.steps.map(({ phase, tokens: count }) => [phase, count])).toEqual([['prefill', 5], ...Array.from({ length: 7 }, () => ['decode', 1])]);
    const count = (kind: string, phase: string): number | undefined => profile?.kinds.find((one) => one.kind === kind && one.phase === phase)?.calls;
    const inGraph = (type: string): number => graph.operations.filter((operation) => operation.type === type).length;
    for (const type of ['attention', 'linear', 'gated'] as const) {
      expect(count(type, 'prefill')).toBe(inGraph(type));
      expect(count(type, 'decode')).toBe(7 * inGraph(type));
    }
    expect(count('(sampling)', 'decode')).toBe(7);
    const times = profile?.kinds.map(({ buildMs, computeMs }) => buildMs + computeMs) ?? [];
    const operations = times.reduce((sum, time) => sum + time, 0);
    const steps = profile?.steps.reduce((sum, { durationMs }) => sum + durationMs, 0) ?? 0;
    expect(operations / steps).toBeCloseTo(1, 1);
    expect(profile && toChromeTrace(profile).traceEvents.length).toBeGreaterThan(100);
  });

  test('is what a model was loaded with, unless the request says otherwise', async () => {
    expect((await answer(request, false, true)).profile).toBeDefined();
    expect((await answer({ ...request, profile: false }, false, true)).profile).toBeUndefined();
  });
});

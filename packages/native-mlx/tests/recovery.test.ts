import { BackendError } from '@mlxengine/core';
import { afterEach, describe, expect, test } from 'vitest';
import type { NativeGenerateRequest, NativeModel } from '../src/abi/native-addon.js';
import { awaitRequest } from '../src/backend/await-request.js';
import { missing, suiteName } from './mlx.js';
import { loadNativeModel, nativeRequest, nativeTokens } from './native-model.js';

const models: NativeModel[] = [];

function failNextSteps(native: NativeModel, steps: number, looks: number): Promise<unknown> {
  return awaitRequest({ operation: 'Failing', start: (onEvent) => native.failNextSteps(steps, looks, onEvent) });
}

async function load(): Promise<NativeModel> {
  const native = await loadNativeModel({ contextLength: 4000 });
  models.push(native);
  return native;
}

afterEach(async () => {
  for (const native of models.splice(0)) {
    await failNextSteps(native, 0, 0);
    await awaitRequest({ operation: 'Unloading', start: (onEvent) => native.unload(onEvent) });
  }
});

const long = (changes: Partial<NativeGenerateRequest> = {}): NativeGenerateRequest => nativeRequest({ maxTokens: 300, ...changes });

/** Runs generations side by side and makes steps fail once all have tokens. */
async function disturbed(native: NativeModel, requests: readonly NativeGenerateRequest[], steps: number, looks = 0): Promise<PromiseSettledResult<number[]>[]> {
  let begun = 0;
  const running = requests.map(async (request) => {
    const tokens: number[] = [];
    let first = true;
    await awaitRequest({
      operation: 'Generating',
      start: (listener) => native.generate(request, listener),
      onEvent: (event) => {
        if (event.type === 'choose') return Uint32Array.of(0x55555555, 0x55555555, 0x55555555);
        if (event.type !== 'tokens') return undefined;
        tokens.push(...event.tokens);
        if (first && ++begun === requests.length) void failNextSteps(native, steps, looks);
        first = false;
        return undefined;
      },
    });
    return tokens;
  });
  return Promise.allSettled(running);
}

async function score(native: NativeModel): Promise<number[]> {
  const request = { sequences: [Uint32Array.of(1, 2, 3)], chunkSize: 0, logits: false };
  const end = await awaitRequest({ operation: 'Scoring', start: (onEvent) => native.score(request, onEvent) });
  return end.type === 'score' ? [...(end.results[0]?.logProbabilities ?? [])] : [];
}

describe.skipIf(missing !== '')(suiteName('a step that fails on the device', missing), () => {
  test('is made up for: its requests begin anew from their tokens, each alone, and nobody notices', async () => {
    const native = await load();
    const requests = [
      long(), long({ prompt: Uint32Array.of(4, 5), temperature: 1, seed: 3 }), long({ prompt: Uint32Array.of(9), maxTokens: 40, constrained: true }),
    ];
    const choose = (): Uint32Array => Uint32Array.of(0x55555555, 0x55555555, 0x55555555);
    const expected: number[][] = [];
    for (const request of requests) expected.push(await nativeTokens(native, request, choose));
    const results = await disturbed(native, requests, 1);
    expect(results.map((result) => (result.status === 'fulfilled' ? result.value : result.reason))).toEqual(expected);
  });

  test('fails a request the second time, with the text of what failed, and others go on', async () => {
    const native = await load();
    const [result] = await disturbed(native, [long()], 2);
    expect(result).toMatchObject({ status: 'rejected', reason: { code: 'backend.failed', message: expect.stringContaining('[recovery] step') as string } });
    expect(await nativeTokens(native, nativeRequest())).toHaveLength(12);
  });

  test('while a prompt is read is made up for as well, and so is a score', async () => {
    const native = await load();
    const [tokens, scores] = [await nativeTokens(native, nativeRequest()), await score(native)];
    await failNextSteps(native, 1, 0);
    expect(await nativeTokens(native, nativeRequest())).toEqual(tokens);
    await failNextSteps(native, 1, 0);
    expect(await score(native)).toEqual(scores);
    await failNextSteps(native, 2, 0);
    await expect(score(native)).rejects.toBeInstanceOf(BackendError);
  });

  test('with a device that computes no more ends everything, and later calls at once', async () => {
    const native = await load();
    const other = await load();
    const results = await disturbed(native, [long(), long({ prompt: Uint32Array.of(7) })], 1, 2);
    for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'backend.dead' } });
    await expect(score(native)).rejects.toMatchObject({ code: 'backend.dead' });
    await expect(nativeTokens(other, nativeRequest())).rejects.toMatchObject({ code: 'backend.dead' });
    await expect(loadNativeModel()).rejects.toMatchObject({ code: 'backend.dead' });
    await failNextSteps(native, 0, 0);
    expect(await nativeTokens(other, nativeRequest())).toHaveLength(12);
  });

  test('with a device that answers the second look is made up for', async () => {
    const native = await load();
    const expected = await nativeTokens(native, long());
    const [result] = await disturbed(native, [long()], 1, 1);
    expect(result).toEqual({ status: 'fulfilled', value: expected });
  });
});

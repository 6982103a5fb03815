import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AbortedError, BackendError, BackendUnavailableError, InvalidArgumentError, type WeightSource } from '@mlxengine/core';
import type { BackendModel, TokenBatch, TokenConstraint, TokenRequest } from '@mlxengine/core/backend';
import { createTinyModel } from '@mlxengine/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { createIsolatedBackend, type IsolatedBackend } from '../src/isolate/create-isolated-backend.js';
import { CrashPolicy } from '../src/isolate/crash-policy.js';
import { IsolatedAddon } from '../src/isolate/isolated-addon.js';
import { IsolatedModel } from '../src/isolate/isolated-model.js';
import { awaitRequest } from '../src/backend/await-request.js';
import { loadWeights } from '../src/backend/load-weights.js';
import { modelSpecification } from '../src/backend/model-specification.js';
import { loadAddon } from '../src/loading/load-addon.js';
import { generateTokens, greedy, missing, suiteName } from './mlx.js';
import { nativeRequest, nativeTokens } from './native-model.js';

const open: IsolatedBackend[] = [];
const tiny = createTinyModel({ contextLength: 20_000 });

afterEach(async () => {
  for (const { backend } of open.splice(0)) await backend[Symbol.asyncDispose]();
});

async function isolated(): Promise<IsolatedBackend> {
  const made = await createIsolatedBackend('cpu');
  open.push(made);
  return made;
}

const dead = new Set<number | undefined>([undefined]);

/** Ends the runner as a fault in native code would; waits for one that is up. */
async function kill({ supervisor }: IsolatedBackend, signal: NodeJS.Signals = 'SIGSEGV'): Promise<void> {
  while (dead.has(supervisor.pid)) await delay(5);
  const pid = supervisor.pid as number;
  dead.add(pid);
  process.kill(pid, signal);
}

const prompt = [1, 2, 3];
const request = (changes: Partial<TokenRequest> = {}): TokenRequest => ({ prompt, maxTokens: 600, stopTokens: [], sampling: greedy, ...changes });

/** All batches of an answer; the runner is killed after so many tokens, each time they are reached. */
async function killed(made: IsolatedBackend, model: BackendModel, asked: TokenRequest, at: number[], signal?: NodeJS.Signals): Promise<TokenBatch[]> {
  const batches: TokenBatch[] = [];
  let seen = 0;
  for await (const batch of model.generate(asked)) {
    batches.push(batch);
    if (batch.type === 'tokens') seen += batch.tokens.length;
    if (seen >= (at[0] ?? Infinity)) {
      at.shift();
      await kill(made, signal);
    }
  }
  return batches;
}

const tokensOf = (batches: readonly TokenBatch[]): number[] => batches.flatMap((batch) => (batch.type === 'tokens' ? [...batch.tokens] : []));

/** Allows every third token, by how many were accepted. */
class ThirdConstraint implements TokenConstraint {
  #accepted = 0;
  fillMask(mask: Uint32Array): void {
    for (let token = this.#accepted % 3; token < 96; token += 3) mask[token >> 5] = (mask[token >> 5] ?? 0) | (1 << (token & 31));
  }

  accept(): void {
    this.#accepted++;
  }

  forced(): readonly number[] {
    return this.#accepted % 10 === 9 ? [41] : [];
  }
}

describe.skipIf(missing !== '')(suiteName('MLX in a process of its own', missing), () => {
  test('has every method and figure of the addon', () => {
    const addon = loadAddon();
    const names = (value: object): string[] => Object.getOwnPropertyNames(value).filter((name) => name !== 'constructor').sort();
    expect(names(IsolatedModel.prototype)).toEqual(names(addon.Model.prototype as object));
    expect([...names(IsolatedAddon.prototype), 'Model'].sort()).toEqual(names(addon));
  });

  test.each(['SIGSEGV', 'SIGABRT', 'SIGKILL'] as const)('a generation outlives %s with the same greedy tokens', async (signal) => {
    const made = await isolated();
    const model = await made.backend.loadModel(tiny.graph, tiny.weights);
    const expected = await generateTokens(model, request());
    const { pid } = made.supervisor;
    const batches = await killed(made, model, request(), [200], signal);
    expect(made.supervisor.pid).not.toBe(pid);
    expect(tokensOf(batches)).toEqual(expected);
    expect(batches.at(-1)).toMatchObject({
      type: 'finish', reason: 'length', statistics: { promptTokens: 3, cachedPromptTokens: expect.any(Number) as number, completionTokens: 600 },
    });
    const firstTokens = batches.findIndex(({ type }) => type === 'tokens');
    expect(batches.slice(firstTokens).some(({ type }) => type === 'prefill-progress')).toBe(false);
  });

  test('draws, stop tokens and grammars go on where they were', async () => {
    const made = await isolated();
    const model = await made.backend.loadModel(tiny.graph, tiny.weights);
    const sampling = { ...greedy, temperature: 1, seed: 7 };
    for (const asked of [
      (): TokenRequest => request({ sampling }),
      (): TokenRequest => request({ sampling, maxTokens: 400, constraint: new ThirdConstraint() }),
    ]) {
      const expected = await generateTokens(model, asked());
      expect(tokensOf(await killed(made, model, asked(), [100]))).toEqual(expected);
    }
  });

  test('side by side, a score and generations outlive it', async () => {
    const made = await isolated();
    const model = await made.backend.loadModel(tiny.graph, tiny.weights);
    const prompts = [[1, 2], [3, 4, 5], [6]];
    const tokens = Uint32Array.from({ length: 600 }, (_, index) => index % 90);
    const alone = [];
    for (const each of prompts) alone.push(await generateTokens(model, request({ prompt: each, maxTokens: 400 })));
    const scored = await model.score({ tokens, chunkSize: 1 });
    const together = prompts.map((each) => generateTokens(model, request({ prompt: each, maxTokens: 400 })));
    const scoring = model.score({ tokens, chunkSize: 1 });
    await delay(30);
    await kill(made);
    expect(await Promise.all(together)).toEqual(alone);
    expect((await scoring).logProbabilities).toEqual(scored.logProbabilities);
  });

  test('a generation that ends the process twice fails', async () => {
    const made = await isolated();
    const model = await made.backend.loadModel(tiny.graph, tiny.weights);
    await expect(killed(made, model, request(), [100, 200])).rejects.toMatchObject({ code: 'backend.crashed' });
  });

  test('a request that ends the process twice fails, and the backend goes on', async () => {
    const made = await isolated();
    const model = await made.backend.loadModel(tiny.graph, tiny.weights);
    const tokens = Uint32Array.from({ length: 15_000 }, (_, index) => index % 90);
    const scoring = model.score({ tokens, chunkSize: 1 }).catch((error: unknown) => error);
    await delay(20);
    await kill(made);
    while (dead.has(made.supervisor.pid) || !made.supervisor.isReady) await delay(5);
    await kill(made);
    const error = await scoring;
    expect(BackendError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code: 'backend.crashed', message: expect.stringContaining('SIGSEGV') as string });
    expect(await generateTokens(model, request({ maxTokens: 5 }))).toHaveLength(5);
  });

  test('a load outlives it once, and fails the second time', async () => {
    const made = await isolated();
    for (const times of [1, 2]) {
      let left = times;
      const weights: WeightSource = {
        ...tiny.weights,
        read: async (name, options) => {
          if (name.includes('layers.1') && left-- > 0) await kill(made);
          return tiny.weights.read(name, options);
        },
      };
      const loaded: number[] = [];
      const loading = made.backend.loadModel(tiny.graph, weights, { onProgress: ({ loadedBytes }) => loaded.push(loadedBytes) });
      if (times === 1) {
        expect(await generateTokens(await loading, request({ maxTokens: 5 }))).toHaveLength(5);
        expect(loaded).toEqual([...loaded].sort((a, b) => a - b));
      } else await expect(loading).rejects.toMatchObject({ name: 'BackendError', code: 'backend.crashed' });
    }
  });

  test('a process that cannot be kept up is given up', async () => {
    const made = await isolated();
    let reads = 0;
    const weights: WeightSource = {
      ...tiny.weights,
      read: async (name, options) => {
        // Every time that the model is loaded once more.
        if (++reads > tiny.weights.tensors.size) await kill(made);
        return tiny.weights.read(name, options);
      },
    };
    const model = await made.backend.loadModel(tiny.graph, weights);
    const batches = killed(made, model, request(), [100]);
    const error = await batches.catch((error: unknown) => error);
    expect(BackendUnavailableError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code: 'native.crash-loop' });
    await expect(generateTokens(model, request())).rejects.toMatchObject({ code: 'native.crash-loop' });
    await expect(made.backend.loadModel(tiny.graph, tiny.weights)).rejects.toMatchObject({ code: 'native.crash-loop' });
    await model.unload();
  });

  test('a device that computes no more is a new process too', async () => {
    const { supervisor } = await isolated();
    const specification = modelSpecification({ ...tiny, device: 'cpu', dtype: undefined });
    const native = new (new IsolatedAddon(supervisor).Model)(specification) as IsolatedModel;
    await supervisor.load(native, () => loadWeights({ native, specification, weights: tiny.weights, options: {} }));
    const expected = await nativeTokens(native, nativeRequest({ maxTokens: 300 }));
    const { pid } = supervisor;
    const tokens: number[] = [];
    await awaitRequest({
      operation: 'Generating',
      start: (listener) => native.generate(nativeRequest({ maxTokens: 300 }), listener),
      onEvent: (event) => {
        if (event.type === 'tokens' && tokens.push(...event.tokens) < 10) native.failNextSteps(1, 2, () => undefined);
        return undefined;
      },
    });
    expect(tokens).toEqual(expected);
    expect(supervisor.pid).not.toBe(pid);
  });

  test('an idle one is started again, and memory is what it now has', async () => {
    const made = await isolated();
    const model = await made.backend.loadModel(tiny.graph, tiny.weights);
    const { activeBytes } = made.backend.memory();
    expect(activeBytes).toBeGreaterThan(100_000);
    const { pid } = made.supervisor;
    await kill(made);
    while (made.supervisor.pid === pid || made.supervisor.pid === undefined) await delay(5);
    expect(await generateTokens(model, request({ maxTokens: 5 }))).toHaveLength(5);
    expect(made.backend.memory().activeBytes).toBeGreaterThan(activeBytes / 2);
    await model.unload();
    expect(made.backend.memory().activeBytes).toBeLessThan(activeBytes / 2);
  });

  test('errors come as what they are', async () => {
    const made = await isolated();
    const model = await made.backend.loadModel(tiny.graph, tiny.weights);
    await expect(generateTokens(model, request({ prompt: [96] }))).rejects.toBeInstanceOf(InvalidArgumentError);
    const running = model.generate(request({ maxTokens: 10_000 }), { signal: AbortSignal.timeout(100) });
    await expect((async () => { for await (const batch of running) void batch; })()).rejects.toBeInstanceOf(AbortedError);
  });

  test('it ends with its host, which is not kept from ending, and prints nothing there', async () => {
    const fixture = join(import.meta.dirname, 'fixtures', 'leave-isolated.mjs');
    for (const how of ['end', 'exit', 'kill'] as const) {
      const output = await new Promise<string>((resolve) => {
        execFile(process.execPath, [fixture, how], { timeout: 60_000 }, (_, stdout, stderr) => resolve(stdout + stderr));
      });
      const { pid } = JSON.parse(output) as { readonly pid: number };
      await expect.poll(() => isThere(pid), { timeout: 5000 }).toBe(false);
    }
  });
});

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('a process is given up after three starts in vain or more than ten ends in a minute', () => {
  const policy = new CrashPolicy();
  expect([policy.crashed(true, 0), policy.crashed(false, 1), policy.crashed(false, 2), policy.crashed(false, 3)]).toEqual([0, 250, 500, undefined]);
  const other = new CrashPolicy();
  const waits = Array.from({ length: 11 }, (_, index) => other.crashed(true, index * 1000));
  expect(waits.at(-2)).toBe(0);
  expect(waits.at(-1)).toBeUndefined();
  const slow = new CrashPolicy();
  expect(Array.from({ length: 40 }, (_, index) => slow.crashed(true, index * 10_000)).every((wait) => wait === 0)).toBe(true);
});

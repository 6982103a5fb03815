import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackendLoadOptions, BackendModel, PrefixCacheReport, TokenRequest } from '@mlxengine/core/backend';
import { createTinyModel, createTinyStateModel, type TinyModel } from '@mlxengine/testing';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createMLXBackend } from '../src/index.js';
import { greedy, missing, suiteName } from './mlx.js';

const backend = missing === '' ? await createMLXBackend({ device: 'cpu' }) : undefined;
const models: BackendModel[] = [];

async function load({ graph, weights }: TinyModel = createTinyModel(), prefixCache?: BackendLoadOptions['prefixCache']): Promise<BackendModel> {
  const model = await backend?.loadModel(graph, weights, { dtype: 'float32', ...(prefixCache && { prefixCache }) });
  models.push(model as BackendModel);
  return model as BackendModel;
}

interface Answer {
  readonly tokens: readonly number[];
  readonly cache: PrefixCacheReport | undefined;
}

async function answer(model: BackendModel, prompt: readonly number[], changes: Partial<TokenRequest> = {}): Promise<Answer> {
  const tokens: number[] = [];
  let cache: PrefixCacheReport | undefined;
  for await (const batch of model.generate({ prompt, maxTokens: 8, stopTokens: [], sampling: greedy, ...changes })) {
    if (batch.type === 'tokens') tokens.push(...batch.tokens);
    if (batch.type === 'finish') cache = batch.statistics.cache;
  }
  return { tokens, cache };
}

const some = (length: number, salt = 0): number[] => Array.from({ length }, (_, i) => (i * 29 + salt * 13 + ((i * i) % 11)) % 90);

afterAll(() => backend?.[Symbol.asyncDispose]());

describe.skipIf(backend === undefined)(suiteName('the prefix cache', missing), () => {
  afterEach(async () => {
    for (const model of models.splice(0)) await model.unload();
  });

  test('turns of a chat compute what is new', async () => {
    const model = await load();
    const first = await answer(model, some(40));
    expect(first.cache).toEqual({ cachedTokens: 0, matchedTokens: 0, end: 'empty' });
    const history = [...some(40), ...first.tokens];
    const second = await answer(model, [...history, 1, 2, 3]);
    // The last token of an answer was never read by the model.
    expect(second.cache).toEqual({ cachedTokens: history.length - 1, matchedTokens: history.length - 1, end: 'cache-end' });
    const third = await answer(model, [...history, 1, 2, 3, ...second.tokens, 4]);
    expect(third.cache?.cachedTokens).toBe(history.length + 3 + second.tokens.length - 1);
    expect((await answer(await load(), [...history, 1, 2, 3, ...second.tokens, 4])).tokens).toEqual(third.tokens);
  });

  test('two chats and forks of one stay side by side', async () => {
    const model = await load();
    const [one, other] = [await answer(model, some(30, 1)), await answer(model, some(30, 2))];
    const fork = await answer(model, [...some(30, 1).slice(0, 20), 5, 6, 7]);
    expect(fork.cache).toMatchObject({ cachedTokens: 20, matchedTokens: 20, end: 'different-token', expected: some(30, 1)[20], found: 5 });
    expect((await answer(model, [...some(30, 1), ...one.tokens, 1])).cache?.cachedTokens).toBe(37);
    expect((await answer(model, [...some(30, 2), ...other.tokens, 1])).cache?.cachedTokens).toBe(37);
    const again = await answer(model, [...some(30, 1).slice(0, 20), 5, 6, 7, ...fork.tokens, 8]);
    expect(again.cache?.cachedTokens).toBe(30);
    const fresh = await load();
    expect((await answer(fresh, [...some(30, 1).slice(0, 20), 5, 6, 7, ...fork.tokens, 8])).tokens).toEqual(again.tokens);
  });

  test('a prompt that comes again computes its last token', async () => {
    const model = await load();
    const first = await answer(model, some(25));
    const again = await answer(model, some(25));
    expect(again).toEqual({ tokens: first.tokens, cache: { cachedTokens: 24, matchedTokens: 25, end: 'complete' } });
  });

  test('what does not fit goes, the least recently used first', async () => {
    // Two layers of two heads, keys and values of 16 floats, 256 positions: 128 KiB a sequence.
    const sequence = 2 * 2 * 2 * 16 * 4 * 256;
    const model = await load(createTinyModel(), { bytes: 2.5 * sequence });
    for (const salt of [1, 2]) await answer(model, some(20, salt));
    await answer(model, [...some(20, 1), 1]);
    await answer(model, some(20, 3));
    const gone = await answer(model, [...some(20, 2), 1], { cache: { keep: false } });
    expect(gone.cache).toMatchObject({ cachedTokens: 0, matchedTokens: 20, end: 'evicted' });
    expect((await answer(model, [...some(20, 1), 1], { cache: { keep: false } })).cache?.cachedTokens).toBe(20);
    const none = await load(createTinyModel(), { bytes: 0 });
    await answer(none, some(20));
    expect((await answer(none, some(20))).cache?.end).toBe('empty');
  });

  test('salts keep tenants apart, and a request may neither look nor leave anything', async () => {
    const model = await load();
    await answer(model, some(20), { cache: { salt: 'a' } });
    expect((await answer(model, some(20))).cache?.end).toBe('empty');
    expect((await answer(model, some(20), { cache: { salt: 'b', keep: false } })).cache?.end).toBe('empty');
    expect((await answer(model, some(20), { cache: { salt: 'b' } })).cache?.end).toBe('empty');
    expect((await answer(model, some(20), { cache: { salt: 'a' } })).cache?.cachedTokens).toBe(19);
    expect((await answer(model, some(20), { cache: { salt: 'a', reuse: false } })).cache).toEqual({ cachedTokens: 0, matchedTokens: 0, end: 'off' });
    expect((await answer(model, some(20), { deterministic: true })).cache?.end).toBe('off');
  });

  test('recurrent states go back to borders, to the prompt and to the end', async () => {
    const model = await load(createTinyStateModel('mixed'));
    const first = await answer(model, some(40), { cache: { borders: [10, 30] } });
    const end = [...some(40), ...first.tokens];
    expect((await answer(model, some(40))).cache).toEqual({ cachedTokens: 39, matchedTokens: 40, end: 'complete' });
    expect((await answer(model, [...end, 1, 2])).cache?.cachedTokens).toBe(end.length - 1);
    const edited = await answer(model, [...some(40).slice(0, 35), 1, 2]);
    expect(edited.cache).toEqual({ cachedTokens: 30, matchedTokens: 35, end: 'no-snapshot' });
    expect((await answer(model, [...some(40).slice(0, 12), 1, 2])).cache?.cachedTokens).toBe(10);
    expect((await answer(await load(createTinyStateModel('mixed')), [...some(40).slice(0, 35), 1, 2])).tokens).toEqual(edited.tokens);
  });

  test('a ring goes back while its window is there', async () => {
    const model = await load(createTinyStateModel('ring'));
    await answer(model, some(200), { maxTokens: 40 });
    const far = await answer(model, [...some(200).slice(0, 20), 1, 2]);
    expect(far.cache).toEqual({ cachedTokens: 0, matchedTokens: 20, end: 'window' });
    expect((await answer(await load(createTinyStateModel('ring')), [...some(200).slice(0, 20), 1, 2])).tokens).toEqual(far.tokens);
  });

  test('an aborted prompt leaves what was computed', async () => {
    const model = await load(createTinyModel({ contextLength: 1024 }));
    const prompt = some(900);
    const controller = new AbortController();
    const stream = model.generate({ prompt, maxTokens: 8, stopTokens: [], sampling: greedy }, { signal: controller.signal });
    await (async () => {
      for await (const batch of stream) if (batch.type === 'prefill-progress' && batch.processedTokens > 100) controller.abort();
    })().catch(() => undefined);
    expect((await answer(model, prompt)).cache?.cachedTokens).toBeGreaterThan(100);
  });
});

describe.skipIf(backend === undefined)(suiteName('files of cached states', missing), () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mlxengine-prefix-'));
  });
  afterEach(async () => {
    for (const model of models.splice(0)) await model.unload();
    await rm(folder, { recursive: true, force: true });
  });

  test('are saved with their tokens and what the caller says', async () => {
    const model = await load();
    const path = join(folder, 'chat.safetensors');
    await expect(model.saveCache?.({ tokens: some(30), path })).rejects.toMatchObject({ code: 'argument.nothing-cached' });
    await answer(model, some(30));
    const saved = await model.saveCache?.({ tokens: some(30), path, metadata: { chat: 'a "name"\n' } });
    expect(saved).toEqual({ cachedTokens: 30, byteLength: (await readFile(path)).length });
    const other = await load();
    expect(await other.loadCache?.({ path, salt: 'b' })).toEqual({ tokens: Uint32Array.from(some(30)), metadata: { chat: 'a "name"\n' } });
    expect((await answer(other, [...some(30), 1])).cache?.end).toBe('empty');
    const prompt = [...some(30), 1, 2];
    const continued = await answer(other, prompt, { cache: { salt: 'b' } });
    expect(continued).toEqual({ tokens: (await answer(await load(), prompt)).tokens, cache: { cachedTokens: 30, matchedTokens: 30, end: 'cache-end' } });
    expect(await readdir(folder)).toEqual(['chat.safetensors']);
  });

  test('that lie are refused by typed errors, whatever is changed', async () => {
    const model = await load(createTinyStateModel('mixed'));
    const path = join(folder, 'states.safetensors');
    await answer(model, some(20));
    await model.saveCache?.({ tokens: some(20), path });
    const whole = await readFile(path);
    const headerLength = Number(whole.readBigUInt64LE(0));
    const outcomes = new Set<string>();
    for (let round = 0; round < 300; round++) {
      const bytes = Buffer.from(whole);
      // Headers are what is worth lying in; a number becomes another.
      for (let change = 0; change <= round % 3; change++) bytes[8 + ((round * 7919 + change * 104729) % headerLength)] = 48 + ((round + change) % 10);
      await writeFile(path, bytes);
      outcomes.add(await (model.loadCache?.({ path }) ?? Promise.reject(new Error('no method'))).then(() => 'loaded', ({ code }: { code?: string }) => String(code)));
    }
    expect([...outcomes].filter((outcome) => outcome !== 'loaded')).toEqual(['checkpoint.cache-file']);
    await writeFile(path, whole);
    await truncate(path, whole.length - 5);
    await expect(model.loadCache?.({ path })).rejects.toMatchObject({ code: 'checkpoint.cache-file' });
    await expect(model.loadCache?.({ path: join(folder, 'none') })).rejects.toMatchObject({ code: 'storage.read-failed' });
    await expect(model.saveCache?.({ tokens: some(20), path: join(folder, 'none', 'file') })).rejects.toMatchObject({ code: 'storage.write-failed' });
    // Before the prompt's last token, and after the answer.
    expect((await answer(model, [...some(20), 1])).cache?.cachedTokens).toBe(19);
  });

  test('of another model are refused', async () => {
    const path = join(folder, 'states.safetensors');
    const model = await load();
    await answer(model, some(20));
    await model.saveCache?.({ tokens: some(20), path });
    const other = await load(createTinyModel({ keyValueHeads: 4 }));
    await expect(other.loadCache?.({ path })).rejects.toMatchObject({ code: 'checkpoint.cache-file' });
    await expect(model.loadCache?.({ path, tokens: [...some(19), 1] })).rejects.toMatchObject({ code: 'checkpoint.cache-file' });
  });
});

describe.skipIf(backend === undefined)(suiteName('the folder of prefixes', missing), () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mlxengine-folder-'));
  });
  afterEach(async () => {
    for (const model of models.splice(0)) await model.unload();
    await rm(folder, { recursive: true, force: true });
  });

  const restart = async (tiny: TinyModel, options: BackendLoadOptions['prefixCache'] = {}): Promise<BackendModel> => {
    for (const model of models.splice(0)) await model.unload();
    return load(tiny, { folder, ...options });
  };

  test.each(['standard', 'mixed', 'ring', 'latent'] as const)('outlives the model: %s', async (kind) => {
    const tiny = createTinyStateModel(kind);
    const first = await answer(await restart(tiny), some(40), { cache: { salt: 'tenant' } });
    const prompt = [...some(40), ...first.tokens, 1];
    const model = await restart(tiny);
    const second = await answer(model, prompt, { cache: { salt: 'tenant' } });
    expect(second.cache?.cachedTokens).toBe(47);
    expect((await answer(model, prompt)).tokens).toEqual(second.tokens);
  });

  test('belongs to one model', async () => {
    await answer(await restart(createTinyModel()), some(40));
    const other = await restart(createTinyModel({ seed: 2 }));
    expect((await answer(other, [...some(40), 1])).cache?.end).toBe('empty');
    expect(await readdir(folder)).toHaveLength(1);
  });

  test('takes what memory has no room for, within its quota', async () => {
    const sequence = 2 * 2 * 2 * 16 * 4 * 256;
    const model = await restart(createTinyModel(), { bytes: 1.5 * sequence, folderBytes: 60_000 });
    for (const salt of [1, 2, 3, 4, 5, 6]) await answer(model, some(20, salt));
    // They are written beside the work.
    await vi.waitFor(async () => expect((await readdir(folder)).length).toBeGreaterThan(1));
    const found = await answer(model, [...some(20, 5), 1]);
    expect(found.cache?.cachedTokens).toBe(20);
    // What is being written is renamed at its end, and what is too much goes: a name may be gone by the time it is asked of.
    const sizeOf = (name: string): Promise<number> => stat(join(folder, name)).then(({ size }) => size, () => 0);
    const sizes = await Promise.all((await readdir(folder)).map(sizeOf));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(60_000);
  });

  test('drops what is damaged', async () => {
    await answer(await restart(createTinyModel()), some(40));
    const model = await restart(createTinyModel());
    const [name = ''] = await readdir(folder);
    const bytes = await readFile(join(folder, name));
    const at = bytes.length - 100;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await writeFile(join(folder, name), bytes);
    const { cache } = await answer(model, [...some(40), 1], { cache: { keep: false } });
    expect(cache).toMatchObject({ cachedTokens: 0, matchedTokens: 40, end: 'evicted' });
    expect(await readdir(folder)).toEqual([]);
    await writeFile(join(folder, `mlxengine-prefix-0.safetensors`), 'nothing');
    await restart(createTinyModel());
    expect(await readdir(folder)).toEqual([]);
  });
});

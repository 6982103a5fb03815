import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AbortedError } from '../errors/aborted-error.js';
import { BackendError } from '../errors/backend-error.js';
import { EngineError } from '../errors/engine-error.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { UnloadedError } from '../errors/unloaded-error.js';
import { UnsupportedFeatureError } from '../errors/unsupported-feature-error.js';
import { defineEngine } from './define-engine.js';
import type { EngineImplementation, EngineRequest } from './engine-implementation.js';
import type { EngineStreamPart, FinishPart } from './engine-stream-part.js';
import type { EngineSupports } from './engine-supports.js';
import type { GenerateParameters } from './generate-parameters.js';
import type { LLMEngine } from './llm-engine.js';
import type { Prompt } from './prompt.js';
import type { TokenLogProbabilities } from './token-log-probabilities.js';

const supports: EngineSupports = {
  parameters: ['maxTokens', 'temperature', 'topP', 'topK', 'minP', 'seed', 'stop'],
  rawPrompts: true,
  countTokens: true,
  prefillProgress: true,
  deterministicSeed: true,
};
const usage = { promptTokens: 3, completionTokens: 2 };
const finish: FinishPart = { type: 'finish', reason: 'stop', usage };
const text = (value: string): EngineStreamPart => ({ type: 'text-delta', text: value });
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

function build(doStream: EngineImplementation['doStream'], changes: Partial<EngineImplementation> = {}): LLMEngine {
  return defineEngine({ model: { id: 'tiny', architecture: 'llama' }, supports, doStream, doCountTokens: () => 3, ...changes });
}

/** An engine that yields these parts, each after a turn of the event loop, until its signal fires. */
function playing(...parts: readonly EngineStreamPart[]): LLMEngine {
  return build(async function* ({ signal }) {
    for (const part of parts) {
      await turn();
      if (signal.aborted) return;
      yield part;
    }
  });
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const unhandled = vi.fn();
beforeEach(() => void process.on('unhandledRejection', unhandled));
afterEach(async () => {
  await turn();
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

describe('an answer', () => {
  test('is text, events and a result that agree', async () => {
    const stream = playing(
      { type: 'prefill-progress', processedTokens: 3, totalTokens: 3, cachedTokens: 0 }, text('Hel'), text(''), text('lo'), finish,
    ).stream('Hi');
    const [texts, events, result] = await Promise.all([collect(stream), collect(stream.events), stream.result]);
    expect(texts).toEqual(['Hel', 'lo']);
    expect(result).toEqual({ text: 'Hello', finishReason: 'stop', usage });
    expect(events).toEqual([
      { type: 'prefill-progress', processedTokens: 3, totalTokens: 3, cachedTokens: 0 }, text('Hel'), text('lo'), { type: 'finish', result },
    ]);
  });

  test('is the same through generate', async () => {
    expect(await playing(text('Hello'), finish).generate('Hi')).toEqual({ text: 'Hello', finishReason: 'stop', usage });
  });

  test('carries what the finish part says', async () => {
    const timings = { timeToFirstTokenMs: 1, prefillMs: 1, decodeMs: 1 };
    const result = await playing(text('a'), { ...finish, stopString: 'b', timings }).generate('Hi', { temperature: 1, seed: 7 });
    expect(result).toEqual({ text: 'a', finishReason: 'stop', stopString: 'b', usage, timings, seed: 7 });
  });

  describe('with log-probabilities', () => {
    const told = (token: number): TokenLogProbabilities => ({ token, text: `<${token}>`, logProbability: -token, likeliest: [] });
    const part = (value: string, ...tokens: readonly number[]): EngineStreamPart =>
      ({ type: 'text-delta', text: value, logProbabilities: tokens.map(told) });
    const asking = (...parts: readonly EngineStreamPart[]): LLMEngine => build(async function* () {
      for (const one of parts) {
        await turn();
        yield one;
      }
    }, { supports: { ...supports, parameters: ['logProbabilities'] } });

    test('tells them with the next text and all of them in the result', async () => {
      const stream = asking(part('', 1), part('ab', 2, 3), part('', 4), finish).stream('Hi', { logProbabilities: 0 });
      const [texts, events, result] = await Promise.all([collect(stream), collect(stream.events), stream.result]);
      expect(texts).toEqual(['ab']);
      expect(events[0]).toEqual(part('ab', 1, 2, 3));
      expect(result.logProbabilities).toEqual([1, 2, 3, 4].map(told));
      expect((await collect(stream.events))[0]).toEqual(part('ab', 1, 2, 3));
    });

    test('joins them for a slow reader', async () => {
      const stream = asking(part('a', 1), part('b', 2), finish).stream('Hi', { logProbabilities: 0 });
      const events = stream.events[Symbol.asyncIterator]();
      await stream.result;
      expect((await events.next()).value).toEqual(part('ab', 1, 2));
    });

    test('leaves them out where nobody asked', async () => {
      expect(await asking(text('a'), finish).generate('Hi')).not.toHaveProperty('logProbabilities');
    });
  });

  test('begins at the call, read or not', async () => {
    const started = vi.fn();
    const engine = build(async function* () {
      started();
      yield finish;
    });
    engine.stream('Hi');
    expect(started).toHaveBeenCalledOnce();
  });

  test('shows everything to late readers, joined', async () => {
    const progress = { type: 'prefill-progress', processedTokens: 1, totalTokens: 2, cachedTokens: 0 } as const;
    const stream = playing(progress, { ...progress, processedTokens: 2 }, text('a'), text('b'), finish).stream('Hi');
    const result = await stream.result;
    expect(await collect(stream)).toEqual(['ab']);
    expect(await collect(stream)).toEqual(['ab']);
    expect(await collect(stream.events)).toEqual([{ ...progress, processedTokens: 2 }, text('ab'), { type: 'finish', result }]);
  });

  test('joins what an open view has not read yet', async () => {
    const stream = playing(text('a'), text('b'), text('c'), finish).stream('Hi');
    const texts = stream[Symbol.asyncIterator]();
    const events = stream.events[Symbol.asyncIterator]();
    expect(await texts.next()).toEqual({ done: false, value: 'a' });
    const result = await stream.result;
    expect(await texts.next()).toEqual({ done: false, value: 'bc' });
    expect(await texts.next()).toEqual({ done: true, value: undefined });
    expect(await events.next()).toEqual({ done: false, value: text('abc') });
    expect(await events.next()).toEqual({ done: false, value: { type: 'finish', result } });
  });

  test('serves several reads that wait at once', async () => {
    const texts = playing(text('a'), finish).stream('Hi')[Symbol.asyncIterator]();
    expect(await Promise.all([texts.next(), texts.next(), texts.next()])).toEqual([
      { done: false, value: 'a' }, { done: true, value: undefined }, { done: true, value: undefined },
    ]);
  });
});

describe('leaving the text loop', () => {
  test('cancels the work and resolves with the partial text', async () => {
    let signal: AbortSignal | undefined;
    const engine = build(async function* (request) {
      signal = request.signal;
      for (;;) {
        await turn();
        yield { type: 'text-delta', text: 'x', usage };
      }
    });
    const stream = engine.stream('Hi');
    const events = collect(stream.events);
    const other = collect(stream);
    for await (const delta of stream) {
      expect(delta).toBe('x');
      break;
    }
    const result = await stream.result;
    expect(result).toEqual({ text: 'x', finishReason: 'aborted', usage });
    expect(signal?.aborted).toBe(true);
    expect((await events).at(-1)).toEqual({ type: 'finish', result });
    expect((await other).join('')).toBe('x');
  });

  test('before anything came works too', async () => {
    const stream = playing(text('a'), finish).stream('Hi');
    const texts = stream[Symbol.asyncIterator]();
    const waiting = texts.next();
    await texts.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(await stream.result).toEqual({ text: '', finishReason: 'aborted' });
  });

  test('after the end changes nothing', async () => {
    const stream = playing(text('a'), finish).stream('Hi');
    const texts = stream[Symbol.asyncIterator]();
    await stream.result;
    await texts.return?.();
    expect(await stream.result).toMatchObject({ finishReason: 'stop' });
  });

  test('is not leaving the events loop', async () => {
    const stream = playing(text('a'), text('b'), finish).stream('Hi');
    for await (const event of stream.events) {
      expect(event).toEqual(text('a'));
      break;
    }
    expect(await stream.result).toMatchObject({ text: 'ab', finishReason: 'stop' });
  });
});

describe('a signal', () => {
  test('rejects result and iterations with the partial result', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const stream = playing({ type: 'text-delta', text: 'a', usage }, text('b'), text('c'), finish).stream('Hi', { signal: controller.signal });
    const seen: string[] = [];
    const reading = (async () => {
      for await (const delta of stream) {
        seen.push(delta);
        if (delta === 'b') controller.abort(reason);
      }
    })();
    const events = collect(stream.events);
    for (const promise of [reading, events, stream.result]) {
      const error = await promise.then(() => undefined, (thrown: unknown) => thrown);
      expect(AbortedError.isInstance(error)).toBe(true);
      expect(error).toMatchObject({ code: 'aborted.generation', cause: reason, partial: { text: 'ab', finishReason: 'aborted', usage } });
    }
    expect(seen).toEqual(['a', 'b']);
  });

  test('does not wait for an implementer who ignores it', async () => {
    const controller = new AbortController();
    const engine = build(async function* () {
      yield text('a');
      await new Promise((resolve) => setTimeout(resolve, 500));
      yield text('late');
      yield finish;
    });
    const stream = engine.stream('Hi', { signal: controller.signal });
    setTimeout(() => controller.abort(), 10);
    const begin = performance.now();
    await expect(stream.result).rejects.toMatchObject({ partial: { text: 'a' } });
    expect(performance.now() - begin).toBeLessThan(300);
    await new Promise((resolve) => setTimeout(resolve, 600));
    await expect(collect(stream)).rejects.toMatchObject({ partial: { text: 'a' } });
  });

  test('that fired before keeps the work from starting', async () => {
    const doStream = vi.fn();
    const stream = build(doStream).stream('Hi', { signal: AbortSignal.abort() });
    await expect(stream.result).rejects.toMatchObject({ partial: { text: '', finishReason: 'aborted' } });
    await expect(collect(stream)).rejects.toThrow(AbortedError);
    expect(doStream).not.toHaveBeenCalled();
  });

  test('is let go when the answer is done', async () => {
    const { signal } = new AbortController();
    const remove = vi.spyOn(signal, 'removeEventListener');
    await playing(text('a'), finish).generate('Hi', { signal });
    expect(remove).toHaveBeenCalledOnce();
  });

  test('after the end changes nothing', async () => {
    const controller = new AbortController();
    const stream = playing(text('a'), finish).stream('Hi', { signal: controller.signal });
    await stream.result;
    controller.abort();
    expect(await collect(stream)).toEqual(['a']);
  });
});

describe('what an implementer gets', () => {
  async function received(prompt: Prompt, parameters?: GenerateParameters, changes?: Partial<EngineImplementation>): Promise<EngineRequest> {
    const doStream = vi.fn<EngineImplementation['doStream']>(async function* () {
      yield finish;
    });
    await build(doStream, changes).generate(prompt, parameters);
    const request = doStream.mock.calls[0]?.[0];
    if (request === undefined) throw new Error('doStream was not called');
    return request;
  }

  test('is a prompt of one of two kinds', async () => {
    expect((await received('Hi')).prompt).toEqual({ kind: 'messages', messages: [{ role: 'user', content: 'Hi' }] });
    expect((await received({ raw: 'Hi' })).prompt).toEqual({ kind: 'raw', text: 'Hi' });
    const messages = [{ role: 'system', content: 'Be brief.' }, { role: 'user', content: 'Hi' }] as const;
    expect((await received(messages)).prompt).toEqual({ kind: 'messages', messages });
  });

  test('is a copy that later changes of the prompt leave alone', async () => {
    const messages = [{ role: 'user' as const, content: 'Hi' }];
    const receiving = received(messages);
    messages.pop();
    expect((await receiving).prompt).toEqual({ kind: 'messages', messages: [{ role: 'user', content: 'Hi' }] });
  });

  test('is greedy by default', async () => {
    expect((await received('Hi')).parameters).toEqual({ temperature: 0, topP: 1, topK: 0, minP: 0, stop: [] });
  });

  test('has the defaults of the model, under those of the call', async () => {
    const model = { id: 'tiny', architecture: 'llama', samplingDefaults: { temperature: 0.6, topP: 0.9, topK: 20 } };
    const { parameters } = await received('Hi', { topP: 0.5, seed: 3, maxTokens: 4, stop: ['.'] }, { model });
    expect(parameters).toEqual({ temperature: 0.6, topP: 0.5, topK: 20, minP: 0, seed: 3, maxTokens: 4, stop: ['.'] });
    const few = await received('Hi', {}, { model, supports: { ...supports, parameters: ['temperature'] } });
    expect(few.parameters).toEqual({ temperature: 0.6, topP: 1, topK: 0, minP: 0, stop: [] });
  });

  test('is a random seed where one will be used, and the result tells it', async () => {
    const seeds = new Set<number | undefined>();
    for (let i = 0; i < 8; i++) seeds.add((await received('Hi', { temperature: 1 })).parameters.seed);
    expect(seeds.size).toBeGreaterThan(1);
    expect((await playing(finish).generate('Hi', { temperature: 1 })).seed).toEqual(expect.any(Number));
    expect(await playing(finish).generate('Hi', { seed: 1 })).not.toHaveProperty('seed');
  });
});

describe('a call', () => {
  test.each<[string, object]>([
    ['maxTokens of 0', { maxTokens: 0 }],
    ['a negative temperature', { temperature: -1 }],
    ['a temperature that is text', { temperature: '1' }],
    ['a topP of 0', { topP: 0 }],
    ['a topK of 0', { topK: 0 }],
    ['a minP over 1', { minP: 2 }],
    ['a fractional seed', { seed: 0.5 }],
    ['a stop that is no list', { stop: '.' }],
    ['an empty stop string', { stop: ['.', ''] }],
    ['17 stop strings', { stop: Array<string>(17).fill('.') }],
    ['a signal that is none', { signal: 'now' }],
  ])('with %s throws at once', (_, parameters) => {
    expect(() => playing().stream('Hi', parameters as GenerateParameters)).toThrow(InvalidArgumentError);
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['no messages', []],
    ['an unknown role', [{ role: 'wizard', content: 'Hi' }]],
    ['content that is no text', [{ role: 'user', content: 1 }]],
    ['a member that nobody honours', [{ role: 'user', content: 'Hi', images: [] }]],
    ['raw text that is none', { raw: 1 }],
    ['another object', { text: 'Hi' }],
  ])('with %s for a prompt throws at once', (_, prompt) => {
    expect(() => playing().stream(prompt as Prompt)).toThrow(InvalidArgumentError);
  });

  test('with what the engine does not support throws at once', () => {
    const engine = build(async function* () {}, { supports: { ...supports, parameters: ['maxTokens'], rawPrompts: false } });
    expect(() => engine.stream('Hi', { topK: 3 })).toThrow('does not support the parameter "topK". It supports: maxTokens.');
    expect(() => engine.stream('Hi', { max_tokens: 3 } as GenerateParameters)).toThrow(UnsupportedFeatureError);
    expect(() => engine.stream({ raw: 'Hi' })).toThrow(UnsupportedFeatureError);
    expect(() => engine.stream('Hi', { topK: undefined } as unknown as GenerateParameters)).not.toThrow();
  });

  test('of generate rejects instead', async () => {
    await expect(playing().generate('Hi', { maxTokens: 0 })).rejects.toThrow(InvalidArgumentError);
  });
});

describe('a failing implementer', () => {
  const failures: readonly [string, EngineImplementation['doStream'], object][] = [
    ['throws something else', async function* () { yield text('a'); throw new TypeError('no good'); },
      { code: 'engine.generation-failed', message: 'The generation failed: no good', cause: expect.any(TypeError) }],
    ['throws no error', async function* () { yield text('a'); throw 'text'; }, { code: 'engine.generation-failed', cause: 'text' }],
    ['throws before it iterates', () => { throw new TypeError('no good'); }, { code: 'engine.generation-failed' }],
    ['throws after the finish part', async function* () { yield finish; throw new TypeError('no good'); }, { code: 'engine.generation-failed' }],
    ['does not finish', async function* () { yield text('a'); }, { code: 'engine.missing-finish' }],
    ['goes on after the finish part', async function* () { yield finish; yield text('a'); }, { code: 'engine.part-after-finish' }],
    ['finishes twice', async function* () { yield finish; yield finish; }, { code: 'engine.part-after-finish' }],
    ['yields nothing', async function* () { yield null as unknown as EngineStreamPart; }, { code: 'engine.invalid-part' }],
    ['yields another type', async function* () { yield { type: 'token' } as unknown as EngineStreamPart; }, { code: 'engine.invalid-part' }],
    ['yields text that is none', async function* () { yield text(1 as unknown as string); }, { code: 'engine.invalid-part' }],
    ['finishes for no known reason', async function* () { yield { ...finish, reason: 'bored' as 'stop' }; }, { code: 'engine.invalid-part' }],
    ['finishes without usage', async function* () { yield { type: 'finish', reason: 'stop' } as unknown as FinishPart; }, { code: 'engine.invalid-part' }],
    ['counts backwards', async function* () { yield { ...finish, usage: { ...usage, completionTokens: -1 } }; }, { code: 'engine.invalid-part' }],
  ];

  test.each(failures)('that %s gives a typed error everywhere', async (_, doStream, expected) => {
    const stream = build(doStream).stream('Hi');
    for (const promise of [collect(stream), collect(stream.events), stream.result]) {
      const error = await promise.then(() => undefined, (thrown: unknown) => thrown);
      expect(EngineError.isInstance(error)).toBe(true);
      expect(error).toMatchObject(expected);
    }
  });

  test('has errors of this package passed on as they are', async () => {
    const error = new BackendError('backend.failed', { backend: 'mlx', reason: 'out of luck' });
    const engine = build(async function* () { throw error; });
    await expect(engine.generate('Hi')).rejects.toBe(error);
  });

  test('is told to stop after a part that is none', async () => {
    let signal: AbortSignal | undefined;
    let closed = false;
    const engine = build(async function* (request) {
      signal = request.signal;
      try {
        yield text(1 as unknown as string);
      } finally {
        closed = true;
      }
    });
    await expect(engine.generate('Hi')).rejects.toThrow(EngineError);
    expect([signal?.aborted, closed]).toEqual([true, true]);
  });

  test('that nobody listens to stays quiet', async () => {
    build(async function* () { throw new Error('unheard'); }).stream('Hi');
    await turn();
    await turn();
  });
});

describe('countTokens', () => {
  test('asks the implementer', async () => {
    const doCountTokens = vi.fn(() => 5);
    expect(await build(async function* () {}, { doCountTokens }).countTokens('Hi')).toBe(5);
    expect(doCountTokens).toHaveBeenCalledWith({ kind: 'messages', messages: [{ role: 'user', content: 'Hi' }] });
  });

  test('is an error where the engine cannot', async () => {
    const engine = build(async function* () {}, { supports: { ...supports, countTokens: false } });
    await expect(engine.countTokens('Hi')).rejects.toThrow(UnsupportedFeatureError);
  });

  test('gives typed errors', async () => {
    const engine = build(async function* () {}, { doCountTokens: () => { throw new TypeError('no good'); } });
    await expect(engine.countTokens('Hi')).rejects.toThrow(EngineError);
    await expect(engine.countTokens([])).rejects.toThrow(InvalidArgumentError);
  });

  test('must be there where it is promised', () => {
    const { doCountTokens: _, ...implementation } = { doCountTokens: undefined, model: { id: 'a', architecture: 'b' }, supports, doStream: async function* () {} };
    expect(() => defineEngine(implementation)).toThrow(InvalidArgumentError);
  });
});

describe('unload', () => {
  test('cancels what runs, waits for it and gives back once', async () => {
    const order: string[] = [];
    const engine = build(
      async function* ({ signal }) {
        try {
          while (!signal.aborted) {
            await turn();
            yield text('x');
          }
          await turn();
        } finally {
          order.push('stopped');
        }
      },
      { doUnload: () => void order.push('unloaded') },
    );
    const stream = engine.stream('Hi');
    await stream[Symbol.asyncIterator]().next();
    await Promise.all([engine.unload(), engine.unload()]);
    await engine.unload();
    expect(order).toEqual(['stopped', 'unloaded']);
    await expect(stream.result).rejects.toThrow(UnloadedError);
    await expect(collect(stream)).rejects.toThrow(UnloadedError);
  });

  test('ends every use', async () => {
    const engine = playing(finish);
    await engine.unload();
    expect(() => engine.stream('Hi')).toThrow(UnloadedError);
    await expect(engine.generate('Hi')).rejects.toThrow(UnloadedError);
    await expect(engine.countTokens('Hi')).rejects.toThrow(UnloadedError);
  });

  test('comes at the end of `await using`', async () => {
    const doUnload = vi.fn();
    {
      await using engine = build(async function* () { yield finish; }, { doUnload });
      await engine.generate('Hi');
    }
    expect(doUnload).toHaveBeenCalledOnce();
  });

  test('gives a typed error where it fails', async () => {
    await expect(build(async function* () {}, { doUnload: () => Promise.reject(new Error('stuck')) }).unload()).rejects.toThrow(EngineError);
  });
});

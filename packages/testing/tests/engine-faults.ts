import { EngineError, type EngineStreamPart, type GenerateResult, type LLMEngine, type StreamEvent } from '@mlxengine/core';
import type { Fault } from './fault-table.js';
import { breakEngine, breakImplementation, breakParts, breakStream, mapParts } from './faulty-engine.js';

function fault(name: string, create: () => Promise<LLMEngine>, ...trips: readonly string[]): Fault<LLMEngine> {
  return { name, create, trips };
}

const changeFinish = (change: (result: GenerateResult) => GenerateResult): (() => Promise<LLMEngine>) => () =>
  breakStream(({ result, events }) => {
    const changed = result.then(change);
    changed.catch(() => undefined);
    return {
      result: changed,
      events: mapParts(events, (event): StreamEvent[] => [event.type === 'finish' ? { ...event, result: change(event.result) } : event]),
    };
  });

const contentFaults = [
  fault('does not tell its version', () => breakEngine(() => ({ specificationVersion: 'v0' as 'v1' })), 'manifest: tells its version, model and what it supports'),
  fault('leaves usage out', changeFinish(({ usage: _, ...result }) => result), 'generate: gives text, a reason and usage'),
  fault('loses the last token', () => breakParts(async function* (parts) {
    let held: EngineStreamPart | undefined;
    for await (const part of parts) {
      if (part.type !== 'text-delta') yield part;
      else {
        if (held !== undefined) yield held;
        held = part;
      }
    }
  }), 'maxTokens: is honoured, and the last token is part of the text'),
  fault('splits characters', () => breakParts((parts) => mapParts(parts, (part) => part.type === 'text-delta'
    ? [{ ...part, text: '\ud83d' }, { ...part, text: '\ude00' }]
    : [part])), 'events: deltas are whole characters and never empty'),
  fault('promises prefill progress and tells none', () => breakParts((parts) => mapParts(parts, (part) => part.type === 'prefill-progress' ? [] : [part])),
    'events: prefill progress grows up to the whole prompt'),
  fault('takes a string for raw text', () => breakEngine((right) => ({
    generate: (prompt, parameters) => right.generate(typeof prompt === 'string' ? { raw: prompt } : prompt, parameters),
  })), 'prompt: a string is one user message'),
  fault('reads the last message only', () => breakImplementation((right) => ({
    doStream: (request) => right.doStream(request.prompt.kind === 'raw' ? request : { ...request, prompt: { kind: 'messages', messages: request.prompt.messages.slice(-1) } }),
  })), 'prompt: system and earlier messages are part of it'),
  { throws: EngineError, ...fault('promises raw prompts and refuses them', () => breakImplementation((right) => ({
    doStream: (request) => {
      if (request.prompt.kind === 'raw') throw new TypeError('no template');
      return right.doStream(request);
    },
  })), 'prompt: raw text works exactly where it is supported') },
  { throws: EngineError, ...fault('refuses a second request while one runs', () => breakImplementation((right) => {
    let running = 0;
    return {
      async *doStream(request) {
        if (running > 0) throw new TypeError('busy');
        running += 1;
        try {
          yield* right.doStream(request);
        } finally {
          running -= 1;
        }
      },
    };
  }), 'requests: side by side give what each gives alone') },
];

const viewFaults = [
  fault('streams less than it answers', () => breakStream((right) => ({
    async *[Symbol.asyncIterator]() {
      let held = '';
      for await (const text of right) {
        if (held !== '') yield held;
        held = text;
      }
    },
  })), 'stream: its text is that of generate', 'stream: text and events agree', 'stream: every reader sees everything, late ones too'),
  fault('has one queue for all readers', () => breakStream((right) => {
    const one = right[Symbol.asyncIterator]();
    return { [Symbol.asyncIterator]: () => one };
  }), 'stream: every reader sees everything, late ones too'),
  fault('starts when it is read', () => breakEngine((right) => ({
    stream: (prompt, parameters) => {
      let started: ReturnType<LLMEngine['stream']> | undefined;
      const start = (): ReturnType<LLMEngine['stream']> => (started ??= right.stream(prompt, parameters));
      return {
        get result() { return start().result; },
        events: { [Symbol.asyncIterator]: () => start().events[Symbol.asyncIterator]() },
        [Symbol.asyncIterator]: () => start()[Symbol.asyncIterator](),
      };
    },
  })), 'stream: work starts at the call, read or not'),
  fault('finishes twice', () => breakStream(({ events }) => ({
    events: mapParts(events, (event) => (event.type === 'finish' ? [event, event] : [event])),
  })), 'events: one finish, and nothing after it'),
  fault('emits after the end', () => breakStream(({ events }) => ({
    events: mapParts(events, (event): StreamEvent[] => (event.type === 'finish' ? [event, { type: 'text-delta', text: '!' }] : [event])),
  })), 'events: one finish, and nothing after it', 'stream: text and events agree'),
];

const countFaults = [
  fault('ignores maxTokens', () => breakImplementation((right) => ({
    doStream: (request) => right.doStream({ ...request, parameters: { ...request.parameters, maxTokens: 12 } }),
  })), 'maxTokens: is honoured, and the last token is part of the text', 'usage: completion tokens are those that were generated'),
  fault('counts completion tokens wrong', () => breakParts((parts) => mapParts(parts, (part) => part.type === 'finish'
    ? [{ ...part, usage: { ...part.usage, completionTokens: part.usage.completionTokens + 1 } }]
    : [part])), 'usage: completion tokens are those that were generated'),
  fault('counts prompt tokens wrong', () => breakParts((parts) => mapParts(parts, (part) => part.type === 'finish'
    ? [{ ...part, usage: { ...part.usage, promptTokens: part.usage.promptTokens + 1 } }]
    : [part])), 'usage: prompt tokens are those that countTokens counts', 'events: prefill progress grows up to the whole prompt'),
  fault('counts the same for every prompt', () => breakImplementation(() => ({ doCountTokens: () => 3 })),
    'countTokens: counts more for more, or is an error where it is not supported', 'usage: prompt tokens are those that countTokens counts'),
];

const stopFaults = [
  fault('ignores stop', () => breakImplementation((right) => ({
    doStream: (request) => right.doStream({ ...request, parameters: { ...request.parameters, stop: [] } }),
  })), 'stop: the answer ends before the string', 'stop: a string that comes in several pieces is found', 'stop: the first of several wins'),
  fault('looks for stop strings in each piece alone', () => breakImplementation((right) => ({
    async *doStream(request) {
      const { stop } = request.parameters;
      for await (const part of right.doStream({ ...request, parameters: { ...request.parameters, stop: [] } })) {
        if (part.type === 'text-delta' && stop.includes(part.text)) {
          yield { type: 'finish', reason: 'stop', stopString: part.text, usage: part.usage ?? { promptTokens: 1, completionTokens: 1 } };
          return;
        }
        yield part;
      }
    },
  })), 'stop: a string that comes in several pieces is found', 'stop: the first of several wins'),
  fault('shows the stop string', () => breakParts((parts) => mapParts(parts, (part): EngineStreamPart[] =>
    part.type === 'finish' && part.stopString !== undefined ? [{ type: 'text-delta', text: part.stopString }, part] : [part])),
  'stop: the answer ends before the string'),
  fault('loses what it held back', () => breakImplementation((right) => ({
    async *doStream(request) {
      let held: EngineStreamPart | undefined;
      for await (const part of right.doStream(request)) {
        if (part.type === 'text-delta' && request.parameters.stop.length > 0) {
          if (held !== undefined) yield held;
          held = part;
        } else yield part;
      }
    },
  })), 'stop: what was held back for a string that does not come is not lost'),
];

const parameterFaults = [
  fault('drops what it does not know', () => breakEngine((right) => {
    const keep = (parameters: object = {}): object =>
      Object.fromEntries(Object.entries(parameters).filter(([name]) => name === 'signal' || (right.supports.parameters as readonly string[]).includes(name)));
    return { stream: (prompt, parameters) => right.stream(prompt, keep(parameters)), generate: (prompt, parameters) => right.generate(prompt, keep(parameters)) };
  }), 'parameters: one that is not supported throws at the call'),
  fault('drops values that it does not like', () => breakEngine((right) => ({
    stream: (prompt, parameters) => {
      try {
        return right.stream(prompt, parameters);
      } catch {
        return right.stream('Hi');
      }
    },
  })), 'parameters: a bad value throws at the call', 'prompt: one that is none throws at the call'),
  fault('ignores the seed', () => breakImplementation((right) => ({
    doStream: (request) => right.doStream({ ...request, parameters: { ...request.parameters, seed: Math.floor(Math.random() * 2 ** 32) } }),
  })), 'seed: the same one gives the same answer', 'seed: one that was drawn is told, and gives the same answer again'),
  fault('is always greedy', () => breakImplementation((right) => ({
    doStream: (request) => right.doStream({ ...request, parameters: { ...request.parameters, temperature: 0 } }),
  })), 'seed: others give other answers'),
  fault('does not tell its seed', changeFinish(({ seed: _, ...result }) => result), 'seed: one that was drawn is told, and gives the same answer again'),
];

const deaf = new AbortController().signal;

const cancelFaults = [
  fault('ignores abort', () => breakEngine((right) => ({
    stream: (prompt, { signal: _, ...parameters } = {}) => right.stream(prompt, { maxTokens: 48, ...parameters }),
  })), 'signal: one that fired before rejects with an empty partial result', 'signal: one that fires rejects with the partial result'),
  fault('goes on working after abort', () => breakImplementation((right) => ({ doStream: (request) => doGoOn(right.doStream({ ...request, signal: deaf })) })),
    'signal: the work ends, and the engine works afterwards', 'leaving the text loop: the work ends'),
  fault('loses the partial result', () => breakEngine((right) => ({
    stream: (prompt, parameters) => {
      const made = right.stream(prompt, parameters);
      const result = made.result.catch((error: unknown) => {
        throw Object.assign(error as Error, { partial: undefined });
      });
      result.catch(() => undefined);
      return Object.assign(made, { result });
    },
  })), 'signal: one that fires rejects with the partial result'),
  fault('answers to the end for a reader who left', () => breakStream((right) => ({
    [Symbol.asyncIterator]: () => {
      const inner = right[Symbol.asyncIterator]();
      return { next: () => inner.next() };
    },
  })), 'leaving the text loop: result resolves as aborted, with the text so far', 'leaving the text loop: the work ends'),
  fault('leaves rejections unhandled', () => breakStream(({ result }) => ({ result: result.then((value) => value) })),
    'result: unread, it is no unhandled rejection'),
];

/** Drains a stream to its end even where its reader leaves. */
async function* doGoOn(parts: AsyncIterable<EngineStreamPart>): AsyncGenerator<EngineStreamPart, undefined> {
  const iterator = parts[Symbol.asyncIterator]();
  for (let part = await iterator.next(); part.done !== true; part = await iterator.next()) yield part.value;
}

const failureFaults = [
  fault('swallows an error', () => breakImplementation((right) => ({
    async *doStream(request) {
      try {
        yield* right.doStream(request);
      } catch {
        yield { type: 'finish', reason: 'stop', usage: { promptTokens: 1, completionTokens: 1 } };
      }
    },
  })), 'errors: one while working reaches every reader, typed'),
  fault('does not unload', () => breakEngine(() => ({ unload: async () => undefined, [Symbol.asyncDispose]: async () => undefined })),
    'unload: ends what runs, and every later use is an UnloadedError', 'unload: comes with asyncDispose'),
];

/** Every way in which the tiny engine is broken here. */
export const engineFaults: readonly Fault<LLMEngine>[] = [
  ...contentFaults, ...viewFaults, ...countFaults, ...stopFaults, ...parameterFaults, ...cancelFaults, ...failureFaults,
];

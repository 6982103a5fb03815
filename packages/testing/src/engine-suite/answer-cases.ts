import { UnsupportedFeatureError, type StreamEvent } from '@mlxengine/core';
import type { ConformanceCase } from '../suite/run-cases.js';
import { collect, timed, type EngineContext } from './engine-context.js';

const shortTokens = 12;

function textOf(events: readonly StreamEvent[]): string {
  return events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
}

/** What an answer is made of, and how it is read. */
export const answerCases: readonly ConformanceCase<EngineContext>[] = [
  {
    name: 'manifest: tells its version, model and what it supports',
    async run({ engine }, check) {
      check.equal(engine.specificationVersion, 'v1', 'specificationVersion');
      check.ok(engine.model.id !== '' && engine.model.architecture !== '', 'model.id or model.architecture is empty');
    },
  },
  {
    name: 'generate: gives text, a reason and usage',
    async run(context, check) {
      const result = await context.answer(shortTokens);
      check.ok(result.text !== '', 'text is empty');
      check.ok(result.finishReason === 'stop' || result.finishReason === 'length', `finishReason is ${result.finishReason}`);
      const usage = check.defined(result.usage, 'usage');
      check.ok(usage.promptTokens > 0 && usage.completionTokens > 0, `usage is ${JSON.stringify(usage)}`);
      const cached = usage.cachedPromptTokens ?? 0;
      check.ok(cached >= 0 && cached <= usage.promptTokens, `${cached} of ${usage.promptTokens} prompt tokens came from the cache`);
    },
  },
  {
    name: 'stream: its text is that of generate',
    async run(context, check) {
      const stream = context.engine.stream(context.prompt, context.greedy(shortTokens));
      const text = (await collect(stream)).join('');
      check.equal((await stream.result).text, text, 'text of the result');
      check.equal(text, (await context.answer(shortTokens)).text, 'text of generate');
    },
  },
  {
    name: 'stream: text and events agree',
    async run(context, check) {
      const stream = context.engine.stream(context.prompt, context.greedy(shortTokens));
      const [texts, events, result] = await Promise.all([collect(stream), collect(stream.events), stream.result]);
      check.equal(textOf(events), texts.join(''), 'text of the events');
      const last = events.at(-1);
      check.equal(last?.type === 'finish' ? last.result : last, result, 'result of the finish event');
    },
  },
  {
    name: 'stream: every reader sees everything, late ones too',
    async run(context, check) {
      const stream = context.engine.stream(context.prompt, context.greedy(shortTokens));
      const [first, second] = await Promise.all([collect(stream), collect(stream)]);
      const { text } = await stream.result;
      check.equal(first.join(''), text, 'text of the first reader');
      check.equal(second.join(''), text, 'text of a second reader');
      check.equal((await collect(stream)).join(''), text, 'text of a late reader');
      check.equal(textOf(await collect(stream.events)), text, 'events of a late reader');
    },
  },
  {
    name: 'stream: work starts at the call, read or not',
    async run(context, check) {
      const parameters = context.greedy(context.longTokens);
      await check.steadily(async () => {
        const whole = await timed(() => context.engine.generate(context.prompt, parameters));
        const stream = context.engine.stream(context.prompt, parameters);
        await new Promise((resolve) => setTimeout(resolve, 2 * whole));
        const rest = await timed(() => collect(stream));
        return rest < whole / 2 ? undefined : `an answer that waited ${(2 * whole).toFixed()} ms took ${rest.toFixed()} ms more to read`;
      });
    },
  },
  {
    name: 'events: one finish, and nothing after it',
    async run(context, check) {
      const stream = context.engine.stream(context.prompt, context.greedy(shortTokens));
      const events = await collect(stream.events);
      const types = events.map(({ type }) => type);
      check.equal(types.filter((type) => type === 'finish').length, 1, 'number of finish events');
      check.equal(types.at(-1), 'finish', 'the last event');
      const text = (await collect(stream)).join('');
      check.equal((await stream.result).text, text, 'text of the result');
    },
  },
  {
    name: 'events: deltas are whole characters and never empty',
    async run(context, check) {
      const stream = context.engine.stream(context.prompt, context.greedy(context.longTokens));
      for (const delta of await collect(stream)) check.ok(delta !== '' && delta.isWellFormed(), `a delta is ${JSON.stringify(delta)}`);
    },
  },
  {
    name: 'events: prefill progress grows up to the whole prompt',
    skip: ({ engine }) => (engine.supports.prefillProgress ? undefined : 'supports.prefillProgress is false'),
    async run(context, check) {
      const stream = context.engine.stream(context.prompt, context.greedy(1));
      const progress = (await collect(stream.events)).filter((event) => event.type === 'prefill-progress');
      const counts = progress.map(({ processedTokens }) => processedTokens);
      check.equal(counts, [...counts].sort((a, b) => a - b), 'processedTokens only grow');
      const { promptTokens } = check.defined((await stream.result).usage, 'usage');
      check.equal(counts.at(-1), promptTokens, 'processedTokens of the last progress');
      check.equal(progress.at(-1)?.totalTokens, promptTokens, 'totalTokens of the last progress');
    },
  },
  {
    name: 'prompt: a string is one user message',
    async run(context, check) {
      const ask = async (prompt: Parameters<typeof context.engine.generate>[0]): Promise<unknown> => {
        const { text, usage } = await context.engine.generate(prompt, context.greedy(shortTokens));
        return [text, usage?.promptTokens];
      };
      check.equal(await ask([{ role: 'user', content: 'Hello there' }]), await ask('Hello there'), 'answer and prompt tokens');
    },
  },
  {
    name: 'prompt: system and earlier messages are part of it',
    async run(context, check) {
      const { engine } = context;
      const one = await engine.generate([{ role: 'user', content: 'Go on' }], context.greedy(1));
      const three = await engine.generate([
        { role: 'user', content: 'Count to three' },
        { role: 'assistant', content: 'One, two' },
        { role: 'user', content: 'Go on' },
      ], context.greedy(1));
      check.ok((three.usage?.promptTokens ?? 0) > (one.usage?.promptTokens ?? 0), 'three messages take no more tokens than one');
    },
  },
  {
    name: 'prompt: raw text works exactly where it is supported',
    async run(context, check) {
      const ask = (): Promise<unknown> => context.engine.generate({ raw: 'Once upon a time' }, context.greedy(4));
      if (context.engine.supports.rawPrompts) await ask();
      else await check.rejects(ask(), UnsupportedFeatureError, 'a raw prompt');
    },
  },
  {
    name: 'requests: side by side give what each gives alone',
    async run(context, check) {
      const prompts = ['One', 'Two, please', 'And now three of them'];
      const ask = async (prompt: string): Promise<string> => (await context.engine.generate(prompt, context.greedy(8))).text;
      const alone = [];
      for (const prompt of prompts) alone.push(await ask(prompt));
      check.equal(await Promise.all(prompts.map(ask)), alone, 'texts');
    },
  },
];

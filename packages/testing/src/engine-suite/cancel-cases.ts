import type { GenerationStream } from '@mlxengine/core';
import type { Check } from '../suite/check.js';
import type { ConformanceCase } from '../suite/run-cases.js';
import { watchRejections } from '../suite/watch-rejections.js';
import { collect, timed, type EngineContext } from './engine-context.js';

/** Reads until the first text. */
async function readFirst(stream: GenerationStream): Promise<string> {
  for await (const text of stream) return text;
  return '';
}

/** Fails where ending a long answer early and asking a short one takes about as long as the long one. */
async function checkStops(context: EngineContext, end: () => Promise<unknown>, check: Check): Promise<void> {
  const { engine, prompt } = context;
  await check.steadily(async () => {
    const whole = await timed(() => engine.generate(prompt, context.greedy(context.longTokens)));
    const stopped = await timed(async () => {
      await end();
      await engine.generate('Hi', context.greedy(1));
    });
    if (stopped < whole / 2) return undefined;
    return `the next answer came after ${stopped.toFixed()} ms, the whole one would have taken ${whole.toFixed()} ms`;
  });
}

/** Answers that end early because someone says so. */
export const cancelCases: readonly ConformanceCase<EngineContext>[] = [
  {
    name: 'signal: one that fired before rejects with an empty partial result',
    async run(context, check) {
      const stream = context.engine.stream(context.prompt, { signal: AbortSignal.abort('enough') });
      const error = await check.aborts(stream.result, 'result');
      check.equal(error.cause, 'enough', 'cause of the error');
      check.equal(error.partial?.text, '', 'text of the partial result');
      check.equal(error.partial?.finishReason, 'aborted', 'finishReason of the partial result');
      await check.aborts(collect(stream), 'the text');
      await check.aborts(collect(stream.events), 'the events');
    },
  },
  {
    name: 'signal: one that fires rejects with the partial result',
    async run(context, check) {
      const controller = new AbortController();
      const stream = context.engine.stream(context.prompt, context.greedy(context.longTokens, { signal: controller.signal }));
      const seen: string[] = [];
      const reading = (async () => {
        for await (const text of stream) {
          seen.push(text);
          controller.abort('enough');
        }
      })();
      const events = collect(stream.events);
      events.catch(() => undefined);
      await check.aborts(reading, 'the text');
      await check.aborts(events, 'the events');
      const { partial } = await check.aborts(stream.result, 'result');
      const { text, finishReason } = check.defined(partial, 'the partial result');
      check.equal(finishReason, 'aborted', 'finishReason of the partial result');
      check.ok(text.startsWith(seen.join('')), `the partial text ${JSON.stringify(text)} does not begin with what was read`);
      const whole = (await context.answer(context.longTokens)).text;
      check.ok(whole.startsWith(text), `the partial text ${JSON.stringify(text)} is no beginning of the whole`);
      check.ok(text.length < whole.length, 'the whole text came in spite of the signal');
    },
  },
  {
    name: 'signal: the work ends, and the engine works afterwards',
    async run(context, check) {
      await checkStops(context, async () => {
        const controller = new AbortController();
        const stream = context.engine.stream(context.prompt, context.greedy(context.longTokens, { signal: controller.signal }));
        await stream[Symbol.asyncIterator]().next();
        controller.abort();
        await check.aborts(stream.result, 'result');
      }, check);
      const { text } = await context.engine.generate(context.prompt, context.greedy(12));
      check.equal(text, (await context.answer(12)).text, 'text of the next answer');
    },
  },
  {
    name: 'leaving the text loop: result resolves as aborted, with the text so far',
    async run(context, check) {
      const stream = context.engine.stream(context.prompt, context.greedy(context.longTokens));
      const events = collect(stream.events);
      const first = await readFirst(stream);
      const result = await stream.result;
      check.equal(result.finishReason, 'aborted', 'finishReason');
      check.ok(result.text.startsWith(first), `the text ${JSON.stringify(result.text)} does not begin with what was read`);
      check.equal((await events).at(-1)?.type, 'finish', 'the last event');
    },
  },
  {
    name: 'leaving the text loop: the work ends',
    run: async (context, check) =>
      checkStops(context, () => readFirst(context.engine.stream(context.prompt, context.greedy(context.longTokens))), check),
  },
  {
    name: 'result: unread, it is no unhandled rejection',
    async run(context, check) {
      const rejections = watchRejections();
      const controller = new AbortController();
      const stream = context.engine.stream(context.prompt, context.greedy(context.longTokens, { signal: controller.signal }));
      await stream.events[Symbol.asyncIterator]().next();
      controller.abort();
      context.engine.stream(context.prompt, { signal: AbortSignal.abort() });
      await context.engine.generate(context.prompt, context.greedy(1));
      check.equal((await rejections()).map(String), [], 'unhandled rejections');
    },
  },
];

import { AbortedError } from '@mlxengine/core';
import type { BackendModel, TokenBatch } from '@mlxengine/core/backend';
import type { Check } from '../suite/check.js';
import type { ConformanceCase } from '../suite/run-cases.js';
import { watchRejections } from '../suite/watch-rejections.js';
import type { BackendContext } from './backend-context.js';
import { promptOf, readAnswer, request } from './token-answer.js';

const long = request(promptOf(9, 20), { maxTokens: 200 });
const short = request(promptOf(9, 21), { maxTokens: 1 });

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

/** Fails where ending a long answer early and then asking a short one takes about as long as the long one. */
async function checkStops(model: BackendModel, end: () => Promise<unknown>, check: Check): Promise<void> {
  await check.steadily(async () => {
    const whole = await timed(() => readAnswer(model.generate(long), check));
    const stopped = await timed(async () => {
      await end();
      await readAnswer(model.generate(short), check);
    });
    if (stopped < whole / 2) return undefined;
    return `the next answer came after ${stopped.toFixed()} ms, the whole one would have taken ${whole.toFixed()} ms`;
  });
}

async function readUntilTokens(stream: AsyncIterable<TokenBatch>): Promise<void> {
  for await (const batch of stream) if (batch.type === 'tokens') return;
}

/** Requests that begin, end, wait and run side by side. */
export const schedulingCases: readonly ConformanceCase<BackendContext>[] = [
  {
    name: 'abort: a signal that fired before keeps the work from starting',
    async run(context, check) {
      const { subject } = await context.pair();
      const signal = AbortSignal.abort('enough');
      const error = await check.aborts(readAnswer(subject.generate(long, { signal }), check), 'generate');
      check.equal(error.cause, 'enough', 'cause of the error');
      await check.aborts(subject.score({ tokens: [1, 2] }, { signal }), 'score');
    },
  },
  {
    name: 'abort: a signal ends the answer and the work',
    async run(context, check) {
      const { subject } = await context.pair();
      await checkStops(subject, async () => {
        const controller = new AbortController();
        const stream = subject.generate(long, { signal: controller.signal });
        await check.aborts((async () => {
          for await (const batch of stream) if (batch.type === 'tokens') controller.abort();
        })(), 'generate');
      }, check);
    },
  },
  {
    name: 'abort: leaving the loop ends the work',
    async run(context, check) {
      const { subject } = await context.pair();
      await checkStops(subject, () => readUntilTokens(subject.generate(long)), check);
    },
  },
  {
    name: 'abort: a score that is aborted ends',
    async run(context, check) {
      const { subject } = await context.pair();
      const controller = new AbortController();
      const scoring = subject.score({ tokens: promptOf(1000), chunkSize: 1 }, { signal: controller.signal });
      setTimeout(() => controller.abort(), 5);
      await check.aborts(scoring, 'score');
    },
  },
  {
    name: 'abort: an answer that nobody reads is no unhandled rejection',
    async run(context, check) {
      const { subject } = await context.pair();
      const rejections = watchRejections();
      const controller = new AbortController();
      subject.generate(long, { signal: controller.signal });
      subject.generate(request([]));
      controller.abort();
      await readAnswer(subject.generate(short), check);
      check.equal((await rejections()).map(String), [], 'unhandled rejections');
    },
  },
  {
    name: 'requests: work starts at the call',
    async run(context, check) {
      const { subject } = await context.pair();
      await check.steadily(async () => {
        const whole = await timed(() => readAnswer(subject.generate(long), check));
        const stream = subject.generate(long);
        await new Promise((resolve) => setTimeout(resolve, 2 * whole));
        const rest = await timed(() => readAnswer(stream, check));
        return rest < whole / 2 ? undefined : `an answer that waited ${(2 * whole).toFixed()} ms took ${rest.toFixed()} ms more to read`;
      });
    },
  },
  {
    name: 'requests: side by side give what each gives alone',
    async run(context, check) {
      const { subject } = await context.pair();
      const requests = [30, 31, 32].map((salt) => request(promptOf(10 + salt, salt), { maxTokens: 12 }));
      const alone = [];
      for (const asked of requests) alone.push((await readAnswer(subject.generate(asked), check)).tokens);
      const together = await Promise.all(requests.map((asked) => readAnswer(subject.generate(asked), check)));
      check.equal(together.map(({ tokens }) => tokens), alone, 'tokens');
    },
  },
  {
    name: 'requests: one that is aborted leaves the others alone',
    async run(context, check) {
      const { subject } = await context.pair();
      const asked = request(promptOf(12, 40));
      const { tokens } = await readAnswer(subject.generate(asked), check);
      const controller = new AbortController();
      const waiting = readAnswer(subject.generate(long, { signal: controller.signal }), check);
      const other = readAnswer(subject.generate(asked), check);
      controller.abort();
      await check.rejects(waiting, AbortedError, 'the one that was aborted');
      check.equal((await other).tokens, tokens, 'tokens of the other');
    },
  },
];

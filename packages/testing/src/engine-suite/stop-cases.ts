import type { GenerateResult } from '@mlxengine/core';
import type { Check } from '../suite/check.js';
import type { ConformanceCase } from '../suite/run-cases.js';
import { collect, type EngineContext } from './engine-context.js';

const skip = (context: EngineContext): string | undefined => context.lacks('stop', 'maxTokens');

async function checkStop(context: EngineContext, stop: readonly string[], expected: { readonly text: string; readonly stopString: string }, check: Check): Promise<GenerateResult> {
  const stream = context.engine.stream(context.prompt, context.greedy(24, { stop }));
  const text = (await collect(stream)).join('');
  const result = await stream.result;
  check.equal(text, expected.text, `text before ${JSON.stringify(expected.stopString)}`);
  check.equal(result.text, expected.text, 'text of the result');
  check.equal(result.finishReason, 'stop', 'finishReason');
  if (result.stopString !== undefined) check.equal(result.stopString, expected.stopString, 'stopString');
  return result;
}

/** The piece of a text between two of its parts, and what comes before its first occurrence. */
function pieceOf(text: string, start: number, end: number): { readonly text: string; readonly stopString: string } {
  const stopString = text.slice(start, end);
  return { stopString, text: text.slice(0, text.indexOf(stopString)) };
}

/** Stop strings. */
export const stopCases: readonly ConformanceCase<EngineContext>[] = [
  {
    name: 'stop: the answer ends before the string',
    skip,
    async run(context, check) {
      const { text } = await context.answer(24);
      const middle = Math.floor(text.length / 2);
      const expected = pieceOf(text, middle, middle + 1);
      const result = await checkStop(context, [expected.stopString], expected, check);
      const completionTokens = result.usage?.completionTokens ?? 0;
      check.ok(completionTokens > 0 && completionTokens <= 24, `completionTokens is ${completionTokens}`);
    },
  },
  {
    name: 'stop: a string that comes in several pieces is found',
    skip,
    async run(context, check) {
      const { text } = await context.answer(24);
      const deltas = await collect(context.engine.stream(context.prompt, context.greedy(24)));
      // From the middle of the text over at least two ends of deltas.
      const start = Math.floor(text.length / 3);
      const longest = Math.max(...deltas.map(({ length }) => length));
      const expected = pieceOf(text, start, Math.min(text.length - 1, start + 2 * longest + 1));
      await checkStop(context, [expected.stopString], expected, check);
    },
  },
  {
    name: 'stop: the first of several wins',
    skip,
    async run(context, check) {
      const { text } = await context.answer(24);
      const early = pieceOf(text, Math.floor(text.length / 4), Math.floor(text.length / 4) + 2);
      const late = pieceOf(text, text.length - 3, text.length - 1);
      const first = late.text.length < early.text.length ? late : early;
      await checkStop(context, [late.stopString, early.stopString], first, check);
    },
  },
  {
    name: 'stop: what was held back for a string that does not come is not lost',
    skip,
    async run(context, check) {
      const { text } = await context.answer(24);
      const stop = [`${text.slice(-2)}\u2603 never said`];
      const stream = context.engine.stream(context.prompt, context.greedy(24, { stop }));
      check.equal((await collect(stream)).join(''), text, 'text');
      check.equal((await stream.result).finishReason, 'length', 'finishReason');
    },
  },
];

import { UnsupportedFeatureError } from '@mlxengine/core';
import type { ConformanceCase } from '../suite/run-cases.js';
import type { EngineContext } from './engine-context.js';

/** How long answers are, and how they are counted. */
export const lengthCases: readonly ConformanceCase<EngineContext>[] = [
  {
    name: 'maxTokens: is honoured, and the last token is part of the text',
    skip: (context) => context.lacks('maxTokens'),
    async run(context, check) {
      const longest = await context.answer(12);
      check.ok((await context.answer(1)).text !== '', 'the text of one token is empty');
      for (const maxTokens of [1, 2, 6]) {
        const { text, finishReason } = await context.answer(maxTokens);
        check.equal(finishReason, 'length', `finishReason for maxTokens ${maxTokens}`);
        check.ok(longest.text.startsWith(text) && text.length < longest.text.length, `${JSON.stringify(text)} is no beginning of ${JSON.stringify(longest.text)}`);
      }
    },
  },
  {
    name: 'usage: completion tokens are those that were generated',
    skip: (context) => context.lacks('maxTokens'),
    async run(context, check) {
      for (const maxTokens of [1, 2, 6]) {
        const { usage } = await context.answer(maxTokens);
        check.equal(usage?.completionTokens, maxTokens, `completionTokens for maxTokens ${maxTokens}`);
      }
    },
  },
  {
    name: 'usage: prompt tokens are those that countTokens counts',
    skip: ({ engine }) => (engine.supports.countTokens ? undefined : 'supports.countTokens is false'),
    async run(context, check) {
      const { usage } = await context.answer(1);
      check.equal(await context.engine.countTokens(context.prompt), usage?.promptTokens, 'countTokens');
    },
  },
  {
    name: 'countTokens: counts more for more, or is an error where it is not supported',
    async run({ engine }, check) {
      if (!engine.supports.countTokens) {
        await check.rejects(engine.countTokens('Hello'), UnsupportedFeatureError, 'countTokens');
        return;
      }
      const [few, more] = [await engine.countTokens('Hello'), await engine.countTokens('Hello, and how are you today?')];
      check.ok(Number.isInteger(few) && few > 0 && more > few, `counted ${few} tokens, and ${more} for more text`);
    },
  },
];

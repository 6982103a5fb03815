import { MLXEngineError, UnloadedError, type Prompt } from '@mlxengine/core';
import type { ConformanceCase } from '../suite/run-cases.js';
import { collect, type EngineContext } from './engine-context.js';

/** Longer contexts would take longer to fill than a test should. */
const longestContext = 16_384;

/** A prompt that the model has no room for; `undefined` where it cannot be known or is too long. */
function tooLong({ engine: { model } }: EngineContext): Prompt | undefined {
  const { contextLength = Infinity } = model;
  return contextLength > longestContext ? undefined : 'word '.repeat(contextLength + 1);
}

/** Errors and unloading. */
export const failureCases: readonly ConformanceCase<EngineContext>[] = [
  {
    name: 'errors: one while working reaches every reader, typed',
    skip: (context) => (tooLong(context) === undefined ? `model.contextLength is unknown or over ${longestContext}` : undefined),
    async run(context, check) {
      const stream = context.engine.stream(tooLong(context) ?? '', context.greedy(4));
      const readers = [collect(stream), collect(stream.events), stream.result];
      const errors = await Promise.all(readers.map((reader) => check.rejects(reader, MLXEngineError, 'a prompt longer than the context')));
      check.equal(new Set(errors.map(({ code }) => code)).size, 1, 'number of different codes');
      const { text } = await context.engine.generate(context.prompt, context.greedy(12));
      check.equal(text, (await context.answer(12)).text, 'text of the next answer');
    },
  },
  {
    name: 'unload: ends what runs, and every later use is an UnloadedError',
    async run(context, check) {
      const engine = await context.createEngine();
      const stream = engine.stream(context.prompt, context.greedy(context.longTokens));
      await stream[Symbol.asyncIterator]().next();
      const running = check.rejects(stream.result, MLXEngineError, 'the result of what ran');
      await Promise.all([engine.unload(), engine.unload()]);
      await running;
      await engine.unload();
      check.throws(() => engine.stream(context.prompt), UnloadedError, 'stream');
      await check.rejects(engine.generate(context.prompt), UnloadedError, 'generate');
      if (engine.supports.countTokens) await check.rejects(engine.countTokens('Hi'), UnloadedError, 'countTokens');
    },
  },
  {
    // The last of all: what it is tested on is gone afterwards.
    name: 'unload: comes with asyncDispose',
    async run({ engine, prompt }, check) {
      await engine[Symbol.asyncDispose]();
      check.throws(() => engine.stream(prompt), UnloadedError, 'stream');
    },
  },
];

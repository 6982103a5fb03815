import { InvalidArgumentError, UnsupportedFeatureError, type GenerateParameterName, type GenerateParameters, type Prompt } from '@mlxengine/core';
import type { ConformanceCase } from '../suite/run-cases.js';
import type { EngineContext } from './engine-context.js';

/** A good and a bad value for every parameter. */
const values: { readonly [Name in GenerateParameterName]: { readonly good: unknown; readonly bad: readonly unknown[] } } = {
  maxTokens: { good: 1, bad: [0, 1.5, '1'] },
  temperature: { good: 1, bad: [-1, NaN, '1'] },
  topP: { good: 0.5, bad: [0, 1.5] },
  topK: { good: 1, bad: [0, 0.5] },
  minP: { good: 0.5, bad: [-0.5, 1.5] },
  seed: { good: 1, bad: [-1, 0.5] },
  stop: { good: ['.'], bad: ['.', ['']] },
  repetitionPenalty: { good: 1.1, bad: [-1, '1'] },
  presencePenalty: { good: 0.5, bad: [NaN] },
  frequencyPenalty: { good: 0.5, bad: [Infinity] },
  logitBias: { good: { 1: -1 }, bad: [1, [[1]], [[-1, 1]], { text: 1 }, { 1: '1' }] },
  xtcProbability: { good: 0.5, bad: [-0.5, 1.5] },
  xtcThreshold: { good: 0.1, bad: [0.6] },
  logProbabilities: { good: 0, bad: [-1, 0.5, 21] },
};
const names = Object.keys(values) as GenerateParameterName[];

const sampled = (context: EngineContext, more: GenerateParameters = {}): GenerateParameters =>
  context.greedy(12, { temperature: 1.5, ...more });

/** Parameters: refused or honoured, never ignored. */
export const parameterCases: readonly ConformanceCase<EngineContext>[] = [
  {
    name: 'parameters: one that is not supported throws at the call',
    async run({ engine, prompt }, check) {
      const unsupported = names.filter((name) => !engine.supports.parameters.includes(name)).map((name) => [name, values[name].good] as const);
      for (const [name, value] of [...unsupported, ['temprature', 1] as const]) {
        check.throws(() => engine.stream(prompt, { [name]: value }), UnsupportedFeatureError, name);
        await check.rejects(engine.generate(prompt, { [name]: value }), UnsupportedFeatureError, name);
      }
    },
  },
  {
    name: 'parameters: a bad value throws at the call',
    async run({ engine, prompt }, check) {
      for (const name of engine.supports.parameters) {
        for (const value of values[name].bad) {
          check.throws(() => engine.stream(prompt, { [name]: value }), InvalidArgumentError, `${name}: ${JSON.stringify(value)}`);
        }
      }
    },
  },
  {
    name: 'prompt: one that is none throws at the call',
    async run({ engine }, check) {
      for (const prompt of [undefined, [], [{ role: 'wizard', content: 'Hi' }], [{ role: 'user' }], { text: 'Hi' }]) {
        check.throws(() => engine.stream(prompt as unknown as Prompt), InvalidArgumentError, JSON.stringify(prompt) ?? 'undefined');
      }
    },
  },
  {
    name: 'seed: the same one gives the same answer',
    skip: (context) => (context.engine.supports.deterministicSeed ? context.lacks('seed', 'temperature', 'maxTokens') : 'supports.deterministicSeed is false'),
    async run(context, check) {
      const ask = (): ReturnType<typeof context.engine.generate> => context.engine.generate(context.prompt, sampled(context, { seed: 7 }));
      const [first, second] = [await ask(), await ask()];
      check.equal(second.text, first.text, 'text of the same seed');
      check.equal(first.seed, 7, 'seed of the result');
    },
  },
  {
    name: 'seed: others give other answers',
    skip: (context) => context.lacks('seed', 'temperature', 'maxTokens'),
    async run(context, check) {
      const texts = new Set<string>();
      for (const seed of [1, 2, 3, 4]) texts.add((await context.engine.generate(context.prompt, sampled(context, { seed }))).text);
      check.ok(texts.size > 1, 'four seeds gave the same answer');
    },
  },
  {
    name: 'seed: one that was drawn is told, and gives the same answer again',
    skip: (context) => (context.engine.supports.deterministicSeed ? context.lacks('seed', 'temperature', 'maxTokens') : 'supports.deterministicSeed is false'),
    async run(context, check) {
      const first = await context.engine.generate(context.prompt, sampled(context));
      const seed = check.defined(first.seed, 'seed of the result');
      const second = await context.engine.generate(context.prompt, sampled(context, { seed }));
      check.equal(second.text, first.text, `text of seed ${seed}`);
    },
  },
];

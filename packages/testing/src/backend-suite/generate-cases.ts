import { ContextLengthError, InvalidArgumentError, type ErrorClass, type MLXEngineError } from '@mlxengine/core';
import type { SamplingParameters, TokenRequest } from '@mlxengine/core/backend';
import type { ConformanceCase } from '../suite/run-cases.js';
import type { BackendContext } from './backend-context.js';
import { checkDraws } from './draw-check.js';
import { greedy, promptOf, readAnswer, request } from './token-answer.js';

const samplings: readonly Partial<SamplingParameters>[] = [
  { temperature: 1 },
  { temperature: 0.3 },
  { temperature: 2 },
  { temperature: 1, topP: 0.6 },
  { temperature: 1, topK: 3 },
  { temperature: 1, minP: 0.2 },
  { temperature: 1.5, topP: 0.9, topK: 8, minP: 0.02 },
];

const refusals: readonly (readonly [string, Partial<TokenRequest>, ErrorClass<MLXEngineError>])[] = [
  ['an id as large as the vocabulary', { prompt: [1, 96] }, InvalidArgumentError],
  ['a negative id', { prompt: [-1] }, InvalidArgumentError],
  ['an id that is no integer', { prompt: [0.5] }, InvalidArgumentError],
  ['an empty prompt', { prompt: [] }, InvalidArgumentError],
  ['maxTokens of 0', { maxTokens: 0 }, InvalidArgumentError],
  ['a negative temperature', { sampling: { ...greedy, temperature: -1 } }, InvalidArgumentError],
  ['a prompt that leaves no room in the context', { prompt: promptOf(1024) }, ContextLengthError],
];

/** Answers: tokens, ends, statistics, refusals. */
export const generateCases: readonly ConformanceCase<BackendContext>[] = [
  {
    name: 'generate: greedy tokens are those of the reference',
    async run(context, check) {
      for (const options of [{}, { tiedEmbedding: true, seed: 5 }]) {
        const { subject, reference } = await context.pair(options);
        for (const length of [1, 2, 9, 70]) {
          const asked = request(promptOf(length), { maxTokens: 24 });
          const { tokens } = await readAnswer(subject.generate(asked), check);
          await checkDraws(reference, asked, tokens, `a prompt of ${length}`, check);
        }
      }
    },
  },
  {
    name: 'generate: a prompt longer than a chunk is read to its end',
    async run(context, check) {
      const { subject, reference } = await context.pair();
      const asked = request(promptOf(700, 5), { maxTokens: 4 });
      const { tokens } = await readAnswer(subject.generate(asked), check);
      await checkDraws(reference, asked, tokens, 'a prompt of 700', check);
    },
  },
  {
    name: 'generate: maxTokens is honoured, and the last token is there',
    async run(context, check) {
      const { subject } = await context.pair();
      const prompt = promptOf(9);
      const longest = await readAnswer(subject.generate(request(prompt, { maxTokens: 20 })), check);
      for (const maxTokens of [1, 2, 7, 20]) {
        const { tokens, finish } = await readAnswer(subject.generate(request(prompt, { maxTokens })), check);
        check.equal(tokens, longest.tokens.slice(0, maxTokens), `tokens for maxTokens ${maxTokens}`);
        check.equal(tokens.length, maxTokens, 'number of tokens');
        check.equal(finish.reason, 'length', 'reason');
      }
    },
  },
  {
    name: 'generate: a stop token ends the answer and is its last token',
    async run(context, check) {
      const { subject } = await context.pair();
      const prompt = promptOf(9);
      const { tokens } = await readAnswer(subject.generate(request(prompt)), check);
      for (const stop of [tokens[0] as number, tokens[5] as number]) {
        const expected = tokens.slice(0, tokens.indexOf(stop) + 1);
        const answer = await readAnswer(subject.generate(request(prompt, { stopTokens: [stop] })), check);
        check.equal(answer.tokens, expected, 'tokens up to the stop token');
        check.equal(answer.finish.reason, 'stop-token', 'reason');
        check.equal(answer.finish.statistics.completionTokens, expected.length, 'statistics.completionTokens');
      }
    },
  },
  {
    name: 'generate: the end of the context ends the answer',
    async run(context, check) {
      const { subject } = await context.pair({ contextLength: 64 });
      const { tokens, finish } = await readAnswer(subject.generate(request(promptOf(50), { maxTokens: 1000 })), check);
      check.equal(tokens.length, 14, 'tokens up to the context of 64');
      check.equal(finish.reason, 'length', 'reason');
    },
  },
  {
    name: 'generate: statistics count what was done',
    async run(context, check) {
      const { subject } = await context.pair();
      const { tokens, finish, progress } = await readAnswer(subject.generate(request(promptOf(33, 7))), check);
      const { statistics } = finish;
      check.equal(statistics.promptTokens, 33, 'statistics.promptTokens');
      check.equal(statistics.completionTokens, tokens.length, 'statistics.completionTokens');
      check.ok(statistics.prefillMs > 0 && statistics.decodeMs >= 0, 'times are not positive');
      check.equal(progress.at(-1)?.processedTokens, 33, 'processedTokens of the last progress');
      check.equal(progress.at(-1)?.totalTokens, 33, 'totalTokens of the last progress');
      const counts = progress.map(({ processedTokens }) => processedTokens);
      check.equal(counts, [...counts].sort((a, b) => a - b), 'progress only grows');
    },
  },
  {
    name: 'sampling: draws are exactly those of seed and index',
    async run(context, check) {
      const { subject, reference } = await context.pair();
      for (const sampling of samplings) {
        for (const seed of [0, 7, 0xffffffff]) {
          const asked = request(promptOf(11), { sampling: { ...greedy, ...sampling, seed } });
          const { tokens } = await readAnswer(subject.generate(asked), check);
          await checkDraws(reference, asked, tokens, JSON.stringify({ ...sampling, seed }), check);
        }
      }
    },
  },
  {
    name: 'sampling: a seed gives the same answer again, another seed another',
    async run(context, check) {
      const { subject } = await context.pair();
      const ask = async (seed: number): Promise<readonly number[]> =>
        (await readAnswer(subject.generate(request(promptOf(11), { sampling: { ...greedy, temperature: 1.5, seed } })), check)).tokens;
      const first = await ask(1);
      check.equal(await ask(1), first, 'tokens of the same seed');
      check.ok(JSON.stringify(await ask(2)) !== JSON.stringify(first), 'two seeds gave the same 16 tokens');
    },
  },
  ...refusals.map(([what, changes, errorClass]): ConformanceCase<BackendContext> => ({
    name: `generate: ${what} is refused`,
    async run(context, check) {
      const { subject } = await context.pair();
      await check.rejects(readAnswer(subject.generate(request(promptOf(3), changes)), check), errorClass, what);
      await readAnswer(subject.generate(request(promptOf(3))), check);
    },
  })),
  {
    name: 'score: an id out of range is refused',
    async run(context, check) {
      const { subject } = await context.pair();
      await check.rejects(subject.score({ tokens: [1, 96] }), InvalidArgumentError, 'an id as large as the vocabulary');
      await check.rejects(subject.score({ tokens: [1] }), InvalidArgumentError, 'a single token');
      await check.rejects(subject.score({ tokens: promptOf(1025) }), ContextLengthError, 'more tokens than the context holds');
    },
  },
];

import type { Check } from '../suite/check.js';
import type { ConformanceCase } from '../suite/run-cases.js';
import type { BackendContext, ModelPair } from './backend-context.js';
import { checkDraws } from './draw-check.js';
import { forEachVariant, skipVariants } from './operation-cases.js';
import { statefulVariants } from './operations/recurrence-variants.js';
import { promptOf, readAnswer, request } from './token-answer.js';

/** Greedy answers to prompts, one after another, each of which has to be that of a model that was just loaded. */
async function answerInTurn({ subject, reference }: ModelPair, name: string, prompts: readonly (readonly number[])[], check: Check): Promise<void> {
  for (const [turn, prompt] of prompts.entries()) {
    const asked = request(prompt, { maxTokens: 12 });
    const { tokens, finish } = await readAnswer(subject.generate(asked), check);
    check.equal(tokens.length, 12, `${name}: number of tokens of prompt ${turn}`);
    const { cachedPromptTokens } = finish.statistics;
    check.ok(cachedPromptTokens < prompt.length, `${name}: ${cachedPromptTokens} of ${prompt.length} tokens came from the cache`);
    await checkDraws(reference, asked, tokens, `${name}, prompt ${turn}`, check);
  }
}

const base = promptOf(30, 11);

function stateCase(name: string, run: (pair: ModelPair, name: string, check: Check) => Promise<void>): ConformanceCase<BackendContext> {
  return {
    name: `states: ${name}`,
    skip: (context) => skipVariants(statefulVariants, context),
    run: (context, check) => forEachVariant(context, statefulVariants, (pair, variant) => run(pair, variant.name, check)),
  };
}

/** Prefix reuse where states cannot go back, or keep a window only. */
export const stateCases: readonly ConformanceCase<BackendContext>[] = [
  stateCase('a prompt that goes on from an answer is answered as if it were new', async (pair, name, check) => {
    const { tokens } = await readAnswer(pair.subject.generate(request(base)), check);
    const next = [...base, ...tokens, 5, 6, 7];
    await answerInTurn(pair, name, [next, [...next, 8, 9]], check);
  }),
  stateCase('a prompt that shares the beginning of another is answered as if it were new', async (pair, name, check) => {
    const other = [...base.slice(0, 20), ...promptOf(15, 13)];
    await answerInTurn(pair, name, [base, other, base, base.slice(0, 29), base.slice(0, 3), [...base, 1], promptOf(9, 14)], check);
  }),
  stateCase('the same prompt again is answered as if it were new', (pair, name, check) => answerInTurn(pair, name, [base, base, base], check)),
  stateCase('after an answer that was aborted the next is as if it were new', async (pair, name, check) => {
    for (const after of [1, 6]) {
      const controller = new AbortController();
      let count = 0;
      const stream = pair.subject.generate(request(base, { maxTokens: 200 }), { signal: controller.signal });
      await check.aborts((async () => {
        for await (const batch of stream) if (batch.type === 'tokens' && (count += batch.tokens.length) >= after) controller.abort();
      })(), name);
      await answerInTurn(pair, name, [[...base, 5, 6], base.slice(0, 25), base], check);
    }
  }),
  stateCase('a score between answers changes none', async (pair, name, check) => {
    await answerInTurn(pair, name, [base], check);
    await pair.subject.scoreBatch({ sequences: [promptOf(40, 16), promptOf(9, 17)], chunkSize: 8 });
    await answerInTurn(pair, name, [base, [...base, 3, 4]], check);
  }),
  stateCase('answers side by side are those of each alone', async ({ subject, reference }, name, check) => {
    const requests = [30, 31, 32].map((salt) => request(promptOf(salt - 20, salt), { maxTokens: 8 }));
    const answers = await Promise.all(requests.map((asked) => readAnswer(subject.generate(asked), check)));
    for (const [index, asked] of requests.entries()) await checkDraws(reference, asked, answers[index]?.tokens ?? [], `${name}, request ${index}`, check);
  }),
];

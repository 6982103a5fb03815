import type { ConformanceCase } from '../suite/run-cases.js';
import type { BackendContext } from './backend-context.js';
import { checkDraws } from './draw-check.js';
import { promptOf, readAnswer, request } from './token-answer.js';

/** The prefix cache: reported, bounded and without effect on the answer. */
export const cacheCases: readonly ConformanceCase<BackendContext>[] = [
  {
    name: 'prefix cache: what was computed is not computed again, and said so',
    async run(context, check) {
      const { subject, reference } = await context.pair();
      const first = request(promptOf(40, 11));
      const { tokens } = await readAnswer(subject.generate(first), check);
      const next = request([...first.prompt, ...tokens, 5, 6, 7]);
      const answer = await readAnswer(subject.generate(next), check);
      const { cachedPromptTokens } = answer.finish.statistics;
      // The answer's last token was drawn but never computed.
      check.ok(cachedPromptTokens >= 40 && cachedPromptTokens <= 55, `cachedPromptTokens is ${cachedPromptTokens}, expected 40 to 55`);
      check.equal(answer.progress.at(-1)?.cachedTokens, cachedPromptTokens, 'cachedTokens of the progress');
      await checkDraws(reference, next, answer.tokens, 'after a cached prefix', check);
    },
  },
  {
    name: 'prefix cache: a prompt that goes another way is answered as if it were new',
    async run(context, check) {
      const { subject, reference } = await context.pair();
      await readAnswer(subject.generate(request(promptOf(40, 12))), check);
      const other = request([...promptOf(40, 12).slice(0, 20), ...promptOf(15, 13)]);
      const answer = await readAnswer(subject.generate(other), check);
      check.ok(answer.finish.statistics.cachedPromptTokens <= 20, 'more tokens came from the cache than the prompts share');
      await checkDraws(reference, other, answer.tokens, 'after half a prefix', check);
    },
  },
  {
    name: 'prefix cache: the same prompt again computes at least one token',
    async run(context, check) {
      const { subject } = await context.pair();
      const asked = request(promptOf(30, 14));
      const first = await readAnswer(subject.generate(asked), check);
      const second = await readAnswer(subject.generate(asked), check);
      const { cachedPromptTokens } = second.finish.statistics;
      check.ok(cachedPromptTokens > 0 && cachedPromptTokens < 30, `cachedPromptTokens is ${cachedPromptTokens}, expected 1 to 29`);
      check.equal(second.tokens, first.tokens, 'tokens');
    },
  },
  {
    name: 'prefix cache: score leaves it as it is',
    async run(context, check) {
      const { subject } = await context.pair();
      const asked = request(promptOf(30, 15));
      const first = await readAnswer(subject.generate(asked), check);
      await subject.score({ tokens: promptOf(50, 16) });
      const second = await readAnswer(subject.generate(asked), check);
      check.ok(second.finish.statistics.cachedPromptTokens > 0, 'nothing came from the cache after a score');
      check.equal(second.tokens, first.tokens, 'tokens');
    },
  },
];

import type { TokenConstraint } from '@mlxengine/core/backend';
import type { ConformanceCase } from '../suite/run-cases.js';
import type { BackendContext } from './backend-context.js';
import { greedy, promptOf, readAnswer, request } from './token-answer.js';

/** Allows tokens whose id has the parity of its place in the answer; every fourth token is forced. */
class ParityConstraint implements TokenConstraint {
  readonly accepted: number[] = [];

  fillMask(mask: Uint32Array): void {
    mask.fill(this.accepted.length % 2 === 0 ? 0x55555555 : 0xaaaaaaaa);
  }

  accept(token: number): void {
    this.accepted.push(token);
  }

  forced(): readonly number[] {
    return this.accepted.length % 4 === 3 ? [41] : [];
  }
}

/** What grammars need. */
export const constraintCases: readonly ConformanceCase<BackendContext>[] = [0, 1].map((temperature) => ({
  name: `constraint: masks and forced tokens are kept at temperature ${temperature}`,
  async run(context, check) {
    const { subject } = await context.pair();
    const constraint = new ParityConstraint();
    const sampling = { ...greedy, temperature, seed: 3 };
    const { tokens } = await readAnswer(subject.generate(request(promptOf(9), { constraint, sampling })), check);
    check.equal(tokens.length, 16, 'number of tokens');
    tokens.forEach((token, index) => {
      if (index % 4 === 3) check.equal(token, 41, `token ${index}, which is forced`);
      else check.equal(token % 2, index % 2, `parity of token ${index}`);
    });
    check.equal(constraint.accepted.slice(0, tokens.length), tokens, 'tokens that were accepted');
    const free = await readAnswer(subject.generate(request(promptOf(9), { sampling })), check);
    check.ok(JSON.stringify(free.tokens) !== JSON.stringify(tokens), 'the next request is constrained too');
  },
}));

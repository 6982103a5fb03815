import { ContextLengthError, InvalidArgumentError } from '@mlxengine/core';
import type { ConformanceCase } from '../suite/run-cases.js';
import type { BackendContext } from './backend-context.js';
import { compareBatch } from './operation-cases.js';
import { promptOf } from './token-answer.js';

/** Scores of several sequences in shared forward passes. */
export const batchCases: readonly ConformanceCase<BackendContext>[] = [
  {
    name: 'score: sequences of unequal lengths side by side are each as if alone',
    async run(context, check) {
      const pair = await context.pair();
      const sequences = [promptOf(40, 1), promptOf(3, 2), promptOf(150, 3), promptOf(2, 4), promptOf(64, 5)];
      await compareBatch(pair, sequences, [undefined, 64, 13], context.tolerance, 'llama', check);
      await compareBatch(pair, [promptOf(20, 1), promptOf(3, 2)], [1], context.tolerance, 'llama', check);
      await compareBatch(pair, [promptOf(40, 1)], [undefined], context.tolerance, 'one sequence', check);
    },
  },
  {
    name: 'score: sequences side by side give logits only where they are asked for',
    async run(context, check) {
      const { subject } = await context.pair();
      const results = await subject.scoreBatch({ sequences: [Uint32Array.of(1, 2, 3), [4, 5]] });
      check.equal(results.map(({ logits }) => logits), [undefined, undefined], 'logits');
      check.equal(results.map(({ logProbabilities }) => logProbabilities.length), [2, 1], 'log-probabilities');
    },
  },
  {
    name: 'score: of sequences side by side one that is wrong is refused',
    async run(context, check) {
      const { subject } = await context.pair();
      await check.rejects(subject.scoreBatch({ sequences: [[1, 2], [1, 96]] }), InvalidArgumentError, 'an id as large as the vocabulary');
      await check.rejects(subject.scoreBatch({ sequences: [[1, 2], [1]] }), InvalidArgumentError, 'a single token');
      await check.rejects(subject.scoreBatch({ sequences: [] }), InvalidArgumentError, 'no sequence');
      await check.rejects(subject.scoreBatch({ sequences: [[1, 2], promptOf(1025)] }), ContextLengthError, 'more tokens than the context holds');
    },
  },
  {
    name: 'abort: a score of several sequences that is aborted ends',
    async run(context, check) {
      const { subject } = await context.pair();
      const sequences = [promptOf(1000, 1), promptOf(900, 2)];
      await check.aborts(subject.scoreBatch({ sequences }, { signal: AbortSignal.abort() }), 'a signal that fired before');
      const controller = new AbortController();
      const scoring = subject.scoreBatch({ sequences, chunkSize: 1 }, { signal: controller.signal });
      setTimeout(() => controller.abort(), 5);
      await check.aborts(scoring, 'scoreBatch');
    },
  },
];

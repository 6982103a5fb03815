import { ContextLengthError, InvalidArgumentError, UnsupportedFeatureError } from '@mlxengine/core';
import type { EmbedRequest, EmbedResult } from '@mlxengine/core/backend';
import type { Check } from '../suite/check.js';
import type { ConformanceCase } from '../suite/run-cases.js';
import type { BackendContext, ModelPair } from './backend-context.js';
import { compareNumbers } from './compare-logits.js';
import { forEachVariant, skipVariants } from './operation-cases.js';
import { embeddingSubjects, tokenTypeCount } from './operations/embedding-variants.js';
import { contextLength, type OperationVariant } from './operations/operation-variant.js';
import { promptOf, readAnswer, request } from './token-answer.js';

const sequences: readonly (readonly number[])[] = [promptOf(12, 1), promptOf(1, 2), promptOf(30, 3), promptOf(7, 4)];
const tokenTypes = sequences.map((tokens, salt) => tokens.map((_, index) => Number(index * 2 > tokens.length + salt - 2)));

async function compareVectors({ tiny, subject, reference }: ModelPair, { name }: OperationVariant, tolerance: number, check: Check): Promise<void> {
  const { pooled, hidden } = tiny.graph.outputs;
  for (const types of [undefined, tokenTypes]) {
    const compare = async (what: string, indices: readonly number[]): Promise<void> => {
      const asked: EmbedRequest = {
        sequences: indices.map((index) => sequences[index] ?? []), ...(hidden !== undefined && { hidden: true }),
        ...(types !== undefined && { tokenTypes: indices.map((index) => types[index] ?? []) }),
      };
      const found = await subject.embed(asked);
      check.equal(found.pooled.length, pooled === undefined ? 0 : indices.length, `${name}, ${what}: number of pooled vectors`);
      for (const [index, sequence] of indices.entries()) {
        const alone = { sequences: [sequences[sequence] ?? []], hidden: true, ...(types !== undefined && { tokenTypes: [types[sequence] ?? []] }) };
        compareResults(found, index, await reference.embed(alone), tolerance, `${name}, ${what}, sequence ${sequence}`, check);
      }
    };
    const segments = types === undefined ? '' : ' with segments';
    await compare(`side by side${segments}`, [0, 1, 2, 3]);
    await compare(`alone${segments}`, [2]);
    await compare(`one token${segments}`, [1]);
  }
}

function compareResults(found: EmbedResult, index: number, expected: EmbedResult, tolerance: number, what: string, check: Check): void {
  for (const part of ['pooled', 'hidden'] as const) {
    const wanted = expected[part]?.[0];
    if (wanted !== undefined) compareNumbers(check.defined(found[part]?.[index], `${what}: ${part}`), wanted, tolerance, `${what}: ${part}`, check);
  }
}

const [mean] = embeddingSubjects[0]?.variants ?? [];
const meanOnly = mean === undefined ? [] : [mean];
const skip = (context: BackendContext): string | undefined => skipVariants(meanOnly, context);

/** Vectors of sequences. */
export const embedCases: readonly ConformanceCase<BackendContext>[] = [
  ...embeddingSubjects.map(({ name, variants }): ConformanceCase<BackendContext> => ({
    name: `embed: ${name}`,
    skip: (context) => skipVariants(variants, context),
    run: (context, check) => forEachVariant(context, variants, (pair, variant) => compareVectors(pair, variant, context.tolerance, check)),
  })),
  {
    name: 'embed: gives vectors of all tokens only where they are asked for',
    skip,
    run: (context, check) => forEachVariant(context, meanOnly, async ({ subject }) => {
      check.equal((await subject.embed({ sequences: [Uint32Array.of(1, 2, 3)] })).hidden, undefined, 'hidden');
    }),
  },
  {
    name: 'embed: a request that is wrong is refused',
    skip,
    run: (context, check) => forEachVariant(context, meanOnly, async ({ subject }) => {
      const refuse = (asked: EmbedRequest, what: string): Promise<unknown> => check.rejects(subject.embed(asked), InvalidArgumentError, what);
      await refuse({ sequences: [] }, 'no sequence');
      await refuse({ sequences: [[1], []] }, 'an empty sequence');
      await refuse({ sequences: [[1, 96]] }, 'an id as large as the vocabulary');
      await refuse({ sequences: [[1, 2]], tokenTypes: [[0]] }, 'fewer segments than tokens');
      await refuse({ sequences: [[1, 2]], tokenTypes: [[0, tokenTypeCount]] }, 'a segment that the model does not have');
      await check.rejects(subject.embed({ sequences: [promptOf(contextLength + 1)] }), ContextLengthError, 'more tokens than the context holds');
      await subject.embed({ sequences: [promptOf(contextLength)] });
    }),
  },
  {
    name: 'embed: a signal that fired before keeps the work from starting',
    skip,
    run: (context, check) => forEachVariant(context, meanOnly, async ({ subject }) => {
      await check.aborts(subject.embed({ sequences: [[1, 2]] }, { signal: AbortSignal.abort() }), 'embed');
    }),
  },
  {
    name: 'embed: a model that embeds neither generates nor scores',
    skip,
    run: (context, check) => forEachVariant(context, meanOnly, async ({ subject }) => {
      await check.rejects(readAnswer(subject.generate(request(promptOf(3))), check), UnsupportedFeatureError, 'generate');
      await check.rejects(subject.score({ tokens: [1, 2] }), UnsupportedFeatureError, 'score');
      await check.rejects(subject.scoreBatch({ sequences: [[1, 2]] }), UnsupportedFeatureError, 'scoreBatch');
    }),
  },
  {
    name: 'embed: a model that generates does not embed',
    async run(context, check) {
      const { subject } = await context.pair();
      await check.rejects(subject.embed({ sequences: [[1, 2]] }), UnsupportedFeatureError, 'embed');
    },
  },
];

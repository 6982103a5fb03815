import type { ScoreResult } from '@mlxengine/core/backend';
import { createReferenceBackend } from '../reference/create-reference-backend.js';
import type { Check } from '../suite/check.js';
import type { ConformanceCase } from '../suite/run-cases.js';
import type { BackendContext, ModelPair } from './backend-context.js';
import { compareScores } from './compare-logits.js';
import { attentionSubjects } from './operations/attention-variants.js';
import { elementWiseSubjects } from './operations/element-wise-variants.js';
import { embeddingSubjects } from './operations/embedding-variants.js';
import { expertSubjects } from './operations/expert-variants.js';
import { linearSubjects } from './operations/linear-variants.js';
import { normSubjects } from './operations/norm-variants.js';
import { createVariantModel, missingOf, type OperationSubject, type OperationVariant } from './operations/operation-variant.js';
import { positionSubjects } from './operations/position-variants.js';
import { quantizedSubjects } from './operations/quantized-variants.js';
import { recurrenceSubjects } from './operations/recurrence-variants.js';
import { shapeSubjects } from './operations/shape-variants.js';
import { promptOf } from './token-answer.js';

const subjects: readonly OperationSubject[] = [
  ...linearSubjects, ...normSubjects, ...elementWiseSubjects, ...shapeSubjects, ...positionSubjects, ...attentionSubjects, ...expertSubjects,
  ...recurrenceSubjects, ...quantizedSubjects,
];

/** Every graph in which an operation is tried. */
export const operationVariants: readonly OperationVariant[] = [...subjects, ...embeddingSubjects].flatMap(({ variants }) => variants);

/** Why none of some variants can run. */
export function skipVariants(variants: readonly OperationVariant[], { backend: { supports } }: BackendContext): string | undefined {
  const missing = variants.map((variant) => missingOf(variant, supports));
  return missing.includes(undefined) ? undefined : missing[0];
}

/** Loads each variant that the backend lists all of, in turn, and unloads it. */
export async function forEachVariant(
  { backend }: BackendContext, variants: readonly OperationVariant[], run: (pair: ModelPair, variant: OperationVariant) => Promise<void>,
): Promise<void> {
  for (const variant of variants) {
    if (missingOf(variant, backend.supports) !== undefined) continue;
    const tiny = createVariantModel(variant);
    const reference = await createReferenceBackend().loadModel(tiny.graph, tiny.weights);
    await using subject = await backend.loadModel(tiny.graph, tiny.weights, { dtype: 'float32' });
    await run({ tiny, reference, subject }, variant);
  }
}

const tokens = promptOf(25);
const batch: readonly (readonly number[])[] = [promptOf(5, 1), promptOf(21, 2), promptOf(2, 3), promptOf(12, 4)];

/** Whole, in chunks, step by step and side by side with others. */
async function compareWays({ subject, reference }: ModelPair, name: string, tolerance: number, check: Check): Promise<void> {
  const expected = await reference.score({ tokens, logits: true });
  for (const chunkSize of [tokens.length, 7, 1]) {
    compareScores(await subject.score({ tokens, logits: true, chunkSize }), expected, tolerance, `${name}, chunks of ${chunkSize}`, check);
  }
  await compareBatch({ subject, reference }, batch, [undefined, 4], tolerance, name, check);
}

/** Scores sequences side by side and compares each with what the reference says of it alone; `undefined` is the backend's own chunk size. */
export async function compareBatch(
  { subject, reference }: Pick<ModelPair, 'subject' | 'reference'>, sequences: readonly (readonly number[])[], chunkSizes: readonly (number | undefined)[],
  tolerance: number, name: string, check: Check,
): Promise<void> {
  const expected: ScoreResult[] = [];
  for (const each of sequences) expected.push(await reference.score({ tokens: each, logits: true }));
  for (const chunkSize of chunkSizes) {
    const results = await subject.scoreBatch({ sequences, logits: true, ...(chunkSize !== undefined && { chunkSize }) });
    check.equal(results.length, sequences.length, `${name}: results of a batch`);
    expected.forEach((wanted, index) => {
      const what = `${name}, sequence ${index} of a batch, chunks of ${chunkSize ?? 'its own size'}`;
      compareScores(results[index] as ScoreResult, wanted, tolerance, what, check);
    });
  }
}

/** Every operation in every setting, against the reference: whole, in chunks, step by step and side by side. */
export const operationCases: readonly ConformanceCase<BackendContext>[] = subjects.map(({ name, variants }) => ({
  name: `operations: ${name}`,
  skip: (context) => skipVariants(variants, context),
  run: (context, check) => forEachVariant(context, variants, (pair, variant) => compareWays(pair, variant.name, context.tolerance, check)),
}));

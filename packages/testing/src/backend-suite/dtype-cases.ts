import type { ComputeDtype } from '@mlxengine/core/backend';
import { createReferenceBackend } from '../reference/create-reference-backend.js';
import type { Check } from '../suite/check.js';
import type { ConformanceCase } from '../suite/run-cases.js';
import type { BackendContext } from './backend-context.js';
import { operationVariants } from './operation-cases.js';
import { createVariantModel, missingOf, quantizationName, type OperationVariant } from './operations/operation-variant.js';
import { promptOf } from './token-answer.js';

/** Largest error of a graph's logits, as a share of their size (root mean square): several times what rounding makes. */
const shares: readonly (readonly [ComputeDtype, number])[] = [['float16', 0.03], ['bfloat16', 0.15]];

const tokens = promptOf(25);

function rootMeanSquare(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

async function checkVariant({ backend }: BackendContext, variant: OperationVariant, dtype: ComputeDtype, share: number, check: Check): Promise<void> {
  const { graph, weights } = createVariantModel(variant);
  const { logits: expected = new Float32Array() } = await (await createReferenceBackend().loadModel(graph, weights)).score({ tokens, logits: true });
  await using model = await backend.loadModel(graph, weights, { dtype });
  const what = `${graph.operations.map(({ type }) => type).join(' ')}, ${variant.name}${variant.quantization ? ` in ${quantizationName(variant.quantization)}` : ''}`;
  for (const chunkSize of [tokens.length, 7]) {
    const { logits = new Float32Array() } = await model.score({ tokens, chunkSize, logits: true }).catch((error: unknown) => check.fail(`${what}: ${String(error)}`, error));
    check.ok(logits.length === expected.length && logits.every(Number.isFinite), `${what}: logits are not finite`);
    // Rounding may choose other experts.
    if (graph.operations.some(({ type }) => type === 'route')) continue;
    const error = rootMeanSquare(logits.map((value, index) => value - (expected[index] as number))) / rootMeanSquare(expected);
    check.ok(error <= share, `${what}: logits are off by ${(100 * error).toFixed(1)} % of their size, expected at most ${100 * share} %`);
  }
}

/** Every operation in the formats of fewer bits that are listed. */
export const dtypeCases: readonly ConformanceCase<BackendContext>[] = shares.map(([dtype, share]) => ({
  name: `operations: all of them in ${dtype}`,
  skip: ({ backend }) => (backend.supports.dtypes.includes(dtype) ? undefined : `supports.dtypes has no ${dtype}`),
  async run(context, check) {
    for (const variant of operationVariants) {
      const { graph } = variant;
      if (graph.outputs.logits === undefined || missingOf(variant, context.backend.supports) !== undefined) continue;
      await checkVariant(context, variant, dtype, share, check);
    }
  },
}));

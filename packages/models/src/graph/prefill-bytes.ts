import { operationInputs, operationOutputs, type GraphOperation, type GraphValue, type ModelGraph, type ValueId } from '@mlxengine/core/graph';

/** What {@link prefillBytes} goes by. */
export interface PrefillShape {
  /** Of a float of the activations. */
  readonly floatBytes: number;
  /** New tokens of the step. */
  readonly chunk: number;
  /** All positions that the chunk's last token sees. */
  readonly positions: number;
  /** Whether the backend computes attention without holding its scores. */
  readonly fusedAttention: boolean;
}

/**
 * Greatest memory that the activations of a step take at a time, in bytes: a value lives from the operation that makes it to
 * the last that reads it. Logits are counted twice in float32 besides, once as they are and once as probabilities.
 */
export function prefillBytes(graph: ModelGraph, shape: PrefillShape): number {
  const { operations, values, outputs } = graph;
  const lastUse = lastUses(operations);
  for (const output of [outputs.logits, outputs.pooled, outputs.hidden]) if (output !== undefined) lastUse.set(output, operations.length);
  const size = (id: ValueId): number => bytesOf(values[id], shape);
  let live = 0;
  let most = 0;
  operations.forEach((operation, index) => {
    for (const output of operationOutputs(operation)) live += size(output);
    most = Math.max(most, live + scratchBytes(graph, operation, shape));
    for (const id of new Set([...operationInputs(operation), ...operationOutputs(operation)])) {
      if ((lastUse.get(id) ?? index) <= index) live -= size(id);
    }
  });
  return most + (outputs.logits === undefined ? 0 : 2 * 4 * graph.vocabularySize);
}

function lastUses(operations: readonly GraphOperation[]): Map<ValueId, number> {
  const uses = new Map<ValueId, number>();
  operations.forEach((operation, index) => operationInputs(operation).forEach((id) => uses.set(id, index)));
  return uses;
}

function bytesOf(value: GraphValue | undefined, { chunk, floatBytes }: PrefillShape): number {
  if (value === undefined || value.leading === 'none') return 0;
  const rows = value.leading === 'tokens' ? chunk : 1;
  return value.dimensions.reduce((product, dimension) => product * dimension, rows * (value.dtype === 'float' ? floatBytes : 4));
}

// Scores of so many queries that are not fused are in memory at a time, or of 16 where these are more.
const scoresAtOnce = 2 ** 25;

/** What attention that is not fused holds while it computes: scores, before and after their softmax. */
function scratchBytes({ values }: ModelGraph, operation: GraphOperation, { chunk, positions, fusedAttention }: PrefillShape): number {
  const latent = operation.type === 'latentAttention';
  if (!latent && (operation.type !== 'attention' || fusedAttention)) return 0;
  const [heads = 1] = values[operation.queries]?.dimensions ?? [];
  const seen = latent ? positions : Math.min(positions, (operation.window ?? Infinity) + chunk);
  const queries = latent ? chunk : Math.min(chunk, Math.max(16, scoresAtOnce / (heads * seen)));
  return 2 * 4 * heads * queries * seen;
}

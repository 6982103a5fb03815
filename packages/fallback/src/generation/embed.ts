import type { EmbedResult } from '@mlxengine/core/backend';
import type { Executor, StepPart } from '../execution/executor.js';
import type { Pacer } from '../execution/pacer.js';
import type { Sequence } from '../memory/sequence.js';

/** An embedding as it goes to the runtime. */
export interface EmbedJob {
  readonly sequences: readonly Uint32Array[];
  readonly tokenTypes: readonly Uint32Array[] | undefined;
  readonly hidden: boolean;
}

/**
 * Vectors of sequences, each whole in one step and as many in a step as fit.
 * @param free - as many empty sequences as a step may have
 */
export async function embed(executor: Executor, free: readonly Sequence[], job: EmbedJob, pacer: Pacer): Promise<EmbedResult> {
  const pooled: Float32Array[] = [];
  const hidden: Float32Array[] = [];
  for (let begin = 0; begin < job.sequences.length; ) {
    const count = countFitting(job.sequences, begin, executor);
    const parts = free.slice(0, count).map((sequence, index): StepPart => {
      const [tokens, types] = [job.sequences[begin + index] ?? [], job.tokenTypes?.[begin + index]];
      return { sequence, tokens: [...tokens], tokenTypes: types && [...types] };
    });
    await executor.forward(parts, pacer);
    pooled.push(...divide(await executor.pooled(pacer), parts.map(() => 1)));
    if (job.hidden) hidden.push(...takeHidden(executor, parts));
    for (const { sequence } of parts) sequence.clear();
    begin += count;
  }
  return { pooled, ...(hidden.length > 0 && { hidden }) };
}

function countFitting(sequences: readonly Uint32Array[], begin: number, { limits }: Executor): number {
  let count = 0;
  let tokens = 0;
  while (begin + count < sequences.length && count < limits.sequences) {
    tokens += sequences[begin + count]?.length ?? 0;
    if (count > 0 && tokens > limits.tokens) break;
    count++;
  }
  return count;
}

function takeHidden(executor: Executor, parts: readonly StepPart[]): readonly Float32Array[] {
  const rows = parts.map(({ tokens }) => tokens.length);
  return divide(executor.hidden(rows.reduce((sum, count) => sum + count, 0)), rows);
}

/** Copies a view's rows into arrays of their own, some rows each. */
function divide(view: Float32Array | undefined, rows: readonly number[]): readonly Float32Array[] {
  if (view === undefined) return [];
  const elements = view.length / rows.reduce((sum, count) => sum + count, 0);
  let begin = 0;
  return rows.map((count) => {
    begin += count * elements;
    return view.slice(begin - count * elements, begin);
  });
}

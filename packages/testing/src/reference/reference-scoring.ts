import type { EmbedRequest, EmbedResult, ScoreBatchRequest, ScoreResult } from '@mlxengine/core/backend';
import type { ReferenceExecutor } from './reference-executor.js';
import { logSoftmax } from './reference-sampler.js';
import { ReferenceSequence } from './reference-sequence.js';
import type { StepTokens } from './reference-step.js';
import { pause } from './request-queue.js';
import { chunksOf, product, rowOf, type Tensor } from './tensor.js';

const defaultChunkSize = 128;

/** Scores sequences side by side; `check` is called between steps and throws where the work is to end. */
export async function scoreSequences(
  executor: ReferenceExecutor,
  { sequences, chunkSize = defaultChunkSize, logits: wanted }: ScoreBatchRequest,
  check: () => void,
): Promise<readonly ScoreResult[]> {
  const all = sequences.map((tokens) => ({ tokens: [...tokens], sequence: new ReferenceSequence(executor.graph), rows: [] as Float32Array[] }));
  for (let unfinished = all; unfinished.length > 0; unfinished = all.filter(({ tokens, rows }) => rows.length < tokens.length)) {
    await pause();
    check();
    const entries = unfinished.map(({ tokens, sequence, rows }) => ({ sequence, tokens: tokens.slice(rows.length, rows.length + chunkSize) }));
    const count = entries.reduce((sum, { tokens }) => sum + tokens.length, 0);
    const { logits } = executor.step(entries, Array.from({ length: count }, (_, row) => row));
    const owners = unfinished.flatMap((owner, index) => (entries[index] as StepTokens).tokens.map(() => owner));
    owners.forEach(({ rows }, row) => rows.push(rowOf(logits as Tensor, row)));
  }
  return all.map(({ tokens, rows }) => resultOf(tokens, rows, wanted));
}

function resultOf(tokens: readonly number[], rows: readonly Float32Array[], wanted: boolean | undefined): ScoreResult {
  const logProbabilities = Float32Array.from(tokens.slice(1), (token, index) => logSoftmax(rows[index] as Float32Array)[token] as number);
  return { logProbabilities, ...(wanted === true && { logits: concatenate(rows) }) };
}

/** Vectors of sequences, all in one step. */
export async function embedSequences(
  executor: ReferenceExecutor,
  { sequences, tokenTypes, hidden: wanted }: EmbedRequest,
  check: () => void,
): Promise<EmbedResult> {
  await pause();
  check();
  const entries = sequences.map((tokens, index) => {
    const types = tokenTypes?.[index];
    return { sequence: new ReferenceSequence(executor.graph), tokens: [...tokens], tokenTypes: types && [...types] };
  });
  const { pooled, hidden } = executor.step(entries);
  const vectors = pooled === undefined ? [] : chunksOf(pooled.data, product(pooled.dimensions)).map((vector) => vector.slice());
  if (wanted !== true || hidden === undefined) return { pooled: vectors };
  const size = product(hidden.dimensions);
  let start = 0;
  return { pooled: vectors, hidden: entries.map(({ tokens }) => hidden.data.slice(start * size, (start += tokens.length) * size)) };
}

function concatenate(rows: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(rows.reduce((sum, { length }) => sum + length, 0));
  rows.forEach((row, index) => all.set(row, index * row.length));
  return all;
}

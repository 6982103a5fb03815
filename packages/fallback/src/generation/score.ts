import type { ScoreResult } from '@mlxengine/core/backend';
import type { Executor } from '../execution/executor.js';
import type { Pacer } from '../execution/pacer.js';
import type { Sequence } from '../memory/sequence.js';
import { logSumExp } from '../sampling/log-probabilities.js';

/** A scoring as it goes to the runtime. */
export interface ScoreJob {
  readonly tokens: Uint32Array;
  /** Tokens a forward pass. */
  readonly chunkSize: number;
  readonly logits: boolean;
}

/** Log-probabilities of given tokens, in a sequence of their own. */
export async function score(executor: Executor, sequence: Sequence, job: ScoreJob, pacer: Pacer): Promise<ScoreResult> {
  const { tokens } = job;
  const count = tokens.length;
  const logProbabilities = new Float32Array(count - 1);
  const all = job.logits ? new Float32Array(count * executor.vocabularySize) : undefined;
  const chunkSize = Math.min(job.chunkSize, executor.maxTokens);
  for (let begin = 0; begin < count; begin += chunkSize) {
    const chunk = [...tokens.subarray(begin, begin + chunkSize)];
    await executor.forward(sequence, chunk, pacer);
    for (let row = 0; row < chunk.length; row += executor.maxRows) {
      const rows = chunk.slice(row, row + executor.maxRows).map((_, index) => row + index);
      readRows(await executor.logits(rows, pacer), begin + row, rows.length);
    }
  }
  return { logProbabilities, ...(all && { logits: all }) };

  function readRows(logits: Float32Array, position: number, rows: number): void {
    all?.set(logits, position * executor.vocabularySize);
    for (let row = 0; row < rows; row++) {
      const next = tokens[position + row + 1];
      if (next === undefined) continue;
      const values = logits.subarray(row * executor.vocabularySize, (row + 1) * executor.vocabularySize);
      logProbabilities[position + row] = (values[next] ?? -Infinity) - logSumExp(values);
    }
  }
}

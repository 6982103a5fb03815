import type { ScoreResult } from '@mlxengine/core/backend';
import type { Executor, StepPart } from '../execution/executor.js';
import type { Pacer } from '../execution/pacer.js';
import type { Sequence } from '../memory/sequence.js';
import { logSumExp } from '../sampling/log-probabilities.js';

/** A scoring as it goes to the runtime. */
export interface ScoreJob {
  readonly sequences: readonly Uint32Array[];
  /** Tokens of a sequence a forward pass. */
  readonly chunkSize: number;
  readonly logits: boolean;
}

/** A sequence whose turn it is. */
interface Scoring {
  readonly tokens: Uint32Array;
  readonly sequence: Sequence;
  readonly result: ScoreResult;
}

/**
 * Log-probabilities of given tokens, in sequences of their own, which share the steps.
 * @param free - as many empty sequences as a step may have
 */
export async function score(executor: Executor, free: readonly Sequence[], job: ScoreJob, pacer: Pacer): Promise<readonly ScoreResult[]> {
  const results = job.sequences.map(({ length }) => emptyResult(length, job.logits ? executor.vocabularySize : undefined));
  const room = [...free];
  let active: readonly Scoring[] = [];
  let next = 0;
  for (;;) {
    const begun: Scoring[] = [];
    for (; next < results.length && room.length > 0; next++) {
      const [tokens, sequence, result] = [job.sequences[next], room.pop(), results[next]];
      if (tokens !== undefined && sequence !== undefined && result !== undefined) begun.push({ tokens, sequence, result });
    }
    active = [...active, ...begun];
    if (active.length === 0) return results;
    await scoreStep(executor, active, job.chunkSize, pacer);
    for (const { sequence, tokens } of active) {
      if (sequence.length < tokens.length) continue;
      sequence.clear();
      room.push(sequence);
    }
    active = active.filter(({ sequence }) => !room.includes(sequence));
  }
}

function emptyResult(tokens: number, vocabularySize: number | undefined): ScoreResult {
  const logProbabilities = new Float32Array(tokens - 1);
  return { logProbabilities, ...(vocabularySize !== undefined && { logits: new Float32Array(tokens * vocabularySize) }) };
}

async function scoreStep(executor: Executor, active: readonly Scoring[], chunkSize: number, pacer: Pacer): Promise<void> {
  const wanted: { readonly scoring: Scoring; readonly position: number; readonly row: number }[] = [];
  const { tokens: most, rows: rowsAtOnce } = executor.limits;
  let room: number = most;
  const parts = active.map((scoring, index): StepPart => {
    const { sequence, tokens } = scoring;
    const share = Math.max(1, Math.floor(room / (active.length - index)));
    const begin = sequence.length;
    const chunk = [...tokens.subarray(begin, begin + Math.min(chunkSize, share))];
    const first = most - room;
    room -= chunk.length;
    // Nothing is asked of a last token but its logits.
    const asked = scoring.result.logits === undefined ? Math.min(chunk.length, tokens.length - 1 - begin) : chunk.length;
    for (let index = 0; index < asked; index++) wanted.push({ scoring, position: begin + index, row: first + index });
    return { sequence, tokens: chunk };
  });
  await executor.forward(parts, pacer);
  for (let begin = 0; begin < wanted.length; begin += rowsAtOnce) {
    const read = wanted.slice(begin, begin + rowsAtOnce);
    const logits = await executor.logits(read.map(({ row }) => row), pacer);
    const size = executor.vocabularySize;
    read.forEach(({ scoring, position }, index) => takeRow(scoring, position, logits.subarray(index * size, (index + 1) * size)));
  }
}

function takeRow({ tokens, result }: Scoring, position: number, logits: Float32Array): void {
  result.logits?.set(logits, position * logits.length);
  const next = tokens[position + 1];
  if (next !== undefined) result.logProbabilities[position] = (logits[next] ?? -Infinity) - logSumExp(logits);
}

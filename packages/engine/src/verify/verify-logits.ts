import { CheckpointError } from '@mlxengine/core';
import type { BackendModel } from '@mlxengine/core/backend';
import { distributionError, maxAbsError } from './compare.js';
import type { ReferenceValues } from './read-reference.js';
import type { Differences, VerifyContext } from './verification.js';

/** Tokens a pass of the run in chunks: odd, so that its borders meet no window's. */
const chunkSize = 7;

/**
 * Runs the tokens in one prefill, in chunks, beside a shorter sequence and one by one through the cache.
 * Where the reference's own steps differ from its whole by more than the tolerance (frequencies that grow with the
 * sequence), its steps count.
 */
export async function verifyLogits(model: BackendModel, reference: ReferenceValues, { columns, tolerance, signal }: VerifyContext): Promise<Differences> {
  const { tokens, logits = reference.stepLogits, stepLogits } = reference;
  if (logits === undefined) throw new CheckpointError('checkpoint.unknown-tensor', { source: reference.origin?.file ?? '(options)', tensor: 'logits' });
  const tail = (found: Float32Array): Float32Array => found.subarray(found.length - (stepLogits?.length ?? found.length));
  const differs = stepLogits !== undefined && maxAbsError(tail(logits), stepLogits) > tolerance;
  const expected = differs ? stepLogits : logits;
  const last = (found: Float32Array): Float32Array => found.subarray(found.length - expected.length);

  const runs: Float32Array[] = [];
  for (const size of [tokens.length, chunkSize]) runs.push(logitsOf(await model.score({ tokens, chunkSize: size, logits: true }, signal)));
  runs.push(...await besideAnother(model, tokens, signal));
  const steps = logitsOf(await model.score({ tokens, chunkSize: 1, logits: true }, signal));
  return {
    maxAbsError: Math.max(...runs.map((run) => maxAbsError(last(run), expected))),
    maxAbsErrorStep: maxAbsError(tail(steps), stepLogits ?? logits),
    ...distributionError(last(runs[0] as Float32Array), expected, columns),
  };

  function logitsOf({ logits: found }: { readonly logits?: Float32Array }): Float32Array {
    return found ?? new Float32Array();
  }
}

async function besideAnother(model: BackendModel, tokens: readonly number[], signal: { readonly signal?: AbortSignal }): Promise<readonly Float32Array[]> {
  if (tokens.length < 4) return [];
  const sequences = [tokens.slice(0, Math.ceil(tokens.length / 2)), tokens];
  const [, whole] = await model.scoreBatch({ sequences, logits: true }, signal);
  return [whole?.logits ?? new Float32Array()];
}

import { CheckpointError } from '@mlxengine/core';
import type { BackendModel, EmbedResult } from '@mlxengine/core/backend';
import { maxAbsError } from './compare.js';
import type { ReferenceValues } from './read-reference.js';
import type { Differences, VerifyContext } from './verification.js';

/** Runs a sequence alone and, for the error of a step, beside a shorter one. */
export async function verifyVectors(model: BackendModel, reference: ReferenceValues, { signal }: VerifyContext): Promise<Differences> {
  const { tokens, tokenTypes } = reference;
  const short = Math.ceil(tokens.length / 2);
  const types = (length: number): readonly number[] => (tokenTypes ?? tokens.map(() => 0)).slice(0, length);
  const alone = await model.embed({ sequences: [tokens], tokenTypes: [types(tokens.length)], hidden: true }, signal);
  const batch = await model.embed({ sequences: [tokens.slice(0, short), tokens], tokenTypes: [types(short), types(tokens.length)], hidden: true }, signal);
  return {
    maxAbsError: errorOf(alone, 0, reference),
    maxAbsErrorStep: errorOf(batch, 1, reference),
    meanKL: null,
    top1Agreement: null,
  };
}

/** A reference may call a classifier's answer or the hidden states its logits; their length tells which is meant. */
function errorOf({ pooled, hidden }: EmbedResult, index: number, reference: ReferenceValues): number {
  const { logits } = reference;
  const [vector, all] = [pooled[index], hidden?.[index]];
  const pairs = [
    [vector, reference.pooled ?? (logits?.length === vector?.length ? logits : undefined)],
    [all, reference.hidden ?? (logits !== undefined && logits.length === all?.length ? logits : undefined)],
  ] as const;
  const errors = pairs.flatMap(([found, expected]) => (expected === undefined ? [] : [found === undefined ? Infinity : maxAbsError(found, expected)]));
  if (errors.length === 0) throw new CheckpointError('checkpoint.unknown-tensor', { source: reference.origin?.file ?? '(options)', tensor: 'embedding' });
  return Math.max(...errors);
}

import { CheckpointError } from '@mlxengine/core';
import type { ModelGraph, ValueId } from '@mlxengine/core/graph';
import type { ReferenceTensor, ReferenceValues } from './read-reference.js';

/**
 * Checks that reference values have the shapes that a graph's own have, and are numbers.
 * @throws `CheckpointError` `checkpoint.reference-mismatch`
 */
export function checkReference(reference: ReferenceValues, graph: ModelGraph): void {
  const length = reference.tokens.length;
  checkShape(reference, 'tokens', [[Math.max(1, length)]], '[L]');
  checkShape(reference, 'tokenTypes', [[length]], `[${length}]`);
  if (graph.outputs.logits === undefined) checkVectors(reference, graph);
  else checkLogits(reference, graph.vocabularySize);
}

function checkLogits(reference: ReferenceValues, columns: number): void {
  const length = reference.tokens.length;
  checkShape(reference, 'logits', [[length, columns]], `[${length}, ${columns}]`);
  const steps = (reference.stepLogits?.length ?? 0) / columns;
  const possible = Number.isInteger(steps) && steps >= 1 && steps <= length;
  checkShape(reference, 'stepLogits', possible ? [[steps, columns]] : [], `[S, ${columns}], S = 1…${length}`);
}

/** A reference may call a classifier's answer or the hidden states its logits. */
function checkVectors(reference: ReferenceValues, { values, outputs }: ModelGraph): void {
  const dimensions = (id: ValueId | undefined): readonly number[] | undefined => (id === undefined ? undefined : values[id]?.dimensions);
  const pooled = dimensions(outputs.pooled);
  const hidden = dimensions(outputs.hidden);
  const vectors = hidden && [reference.tokens.length, ...hidden];
  const check = (key: ReferenceTensor, ...shapes: readonly (readonly number[] | undefined)[]): void => {
    const allowed = shapes.filter((shape) => shape !== undefined);
    checkShape(reference, key, allowed, allowed.map((shape) => `[${shape.join(', ')}]`).join(' | ') || 'none');
  };
  check('pooled', pooled);
  check('hidden', vectors);
  if (reference.pooled === undefined && reference.hidden === undefined) check('logits', pooled, vectors);
}

/** Leading dimensions of 1 count for nothing; values that come from no file have their length alone. */
function checkShape(reference: ReferenceValues, key: ReferenceTensor, allowed: readonly (readonly number[])[], expected: string): void {
  const data = reference[key];
  if (data === undefined) return;
  const { name = key, shape = [data.length] } = reference.origin?.tensors[key] ?? {};
  const fits = reference.origin === undefined
    ? allowed.some((one) => product(one) === data.length)
    : allowed.some((one) => withoutLeadingOnes(one) === withoutLeadingOnes(shape));
  const problem = { tensor: name, file: reference.origin?.file ?? '(options)' };
  if (!fits) throw new CheckpointError('checkpoint.reference-mismatch', { ...problem, found: `[${shape.join(', ')}]`, expected });
  if (data instanceof Float32Array && data.some(Number.isNaN)) {
    throw new CheckpointError('checkpoint.reference-mismatch', { ...problem, found: 'NaN', expected: '≠ NaN' });
  }
}

function product(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

function withoutLeadingOnes(shape: readonly number[]): string {
  const first = shape.findIndex((size) => size !== 1);
  return first < 0 ? '' : shape.slice(first).join();
}

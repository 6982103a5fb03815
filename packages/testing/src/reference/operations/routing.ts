import type { ExpertGroups, RouteOperation } from '@mlxengine/core/graph';
import { chunksOf, rowOf, softmax, zerosLike } from '../tensor.js';
import type { Implementations, OperationRun } from '../operation-run.js';

interface Choice {
  readonly experts: readonly number[];
  readonly weights: readonly number[];
}

/** Chooses experts. */
export const routing: Implementations<'route'> = {
  route(operation, run) {
    const input = run.value(operation.input);
    const [indices, weights] = [zerosLike(input, [operation.count]), zerosLike(input, [operation.count])];
    for (let row = 0; row < input.rows; row++) {
      const logits = rowOf(input, row);
      const choice = operation.scoring === 'sparsemixer' ? mixSparsely(logits, operation) : choose(logits, operation, run);
      rowOf(indices, row).set(choice.experts);
      rowOf(weights, row).set(finishWeights(choice, operation, run));
    }
    return new Map([[operation.indices, indices], [operation.output, weights]]);
  },
};

function choose(logits: Float32Array, { scoring, selectionBias, groups, count, softmax: among }: RouteOperation, { weight }: OperationRun): Choice {
  const scores = scoring === 'softmax' ? softmax(logits) : Float64Array.from(logits, (logit) => (scoring === 'sigmoid' ? 1 / (1 + Math.exp(-logit)) : logit));
  const bias = selectionBias === undefined ? undefined : weight(selectionBias).data;
  const biased = Float32Array.from(scores, (score, expert) => score + (bias?.[expert] ?? 0));
  const experts = greatest(groups === undefined ? biased : dropGroups(biased, groups), count);
  const chosen = experts.map((expert) => scores[expert] as number);
  return { experts, weights: among ? [...softmax(chosen)] : chosen };
}

/** Scores of experts in groups that do not stay become 0. */
function dropGroups(scores: Float32Array, { count, keep, score }: ExpertGroups): Float32Array {
  const size = scores.length / count;
  const ofGroups = chunksOf(scores, size).map((group) => {
    const [first = 0, second = 0] = group.toSorted((a, b) => b - a);
    return score === 'max' ? first : first + second;
  });
  const kept = greatest(ofGroups, keep);
  return scores.map((value, expert) => (kept.includes(Math.floor(expert / size)) ? value : 0));
}

/** Phi's sampler without its noise. */
function mixSparsely(logits: Float32Array, { count, jitter = 0 }: RouteOperation): Choice {
  const experts: number[] = [];
  const weights: number[] = [];
  while (experts.length < count) {
    const left = logits.map((logit, expert) => (experts.includes(expert) ? -Infinity : logit));
    const [best = 0] = greatest(left, 1);
    const largest = logits[best] as number;
    const near = left.map((logit, expert) => {
      const own = logits[expert] as number;
      return (largest - own) / Math.max(Math.abs(own), largest) > 2 * jitter ? -Infinity : logit;
    });
    experts.push(best);
    weights.push(softmax(near)[best] as number);
  }
  return { experts, weights };
}

function finishWeights({ experts, weights }: Choice, { normalize, scale, expertScale }: RouteOperation, { weight }: OperationRun): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  const divisor = normalize === undefined ? 1 : normalize.mode === 'add' ? sum + normalize.epsilon : Math.max(sum, normalize.epsilon);
  const scales = expertScale === undefined ? undefined : weight(expertScale).data;
  return weights.map((each, index) => (each / divisor) * scale * (scales?.[experts[index] as number] ?? 1));
}

/** Indices of the greatest, smaller ones first among equals. */
function greatest(values: ArrayLike<number>, count: number): number[] {
  return Array.from(values, (_, index) => index).sort((a, b) => (values[b] as number) - (values[a] as number) || a - b).slice(0, count);
}

import type { AttentionOperation } from '@mlxengine/core/graph';
import { round } from '../bfloat16.js';
import { chunksOf, dot, rowOf, zerosLike, type Tensor } from '../tensor.js';
import type { Implementations, OperationRun } from '../operation-run.js';
import type { StepPart } from '../reference-step.js';
import { addTokens, weightedSum } from './token-states.js';

/** Scaled dot-product attention. */
export const attention: Implementations<'attention'> = {
  attention(operation, run) {
    const { value, weight, step, isRounded } = run;
    // In bfloat16 what is between the steps is rounded too.
    const settle = isRounded(operation.output) ? round : (x: number): number => x;
    const queries = value(operation.queries);
    const [heads = 0, keySize = 0] = queries.dimensions;
    const [keyHeads = 0, valueSize = 0] = value(operation.values).dimensions;
    const sinks = operation.sinks === undefined ? undefined : weight(operation.sinks).data;
    const output = zerosLike(queries, [heads, valueSize]);
    for (const part of step.parts) {
      const { keys, values, first } = visibleTokens(operation, run, part);
      for (let index = 0; index < part.count; index++) {
        const position = part.position + index;
        const [from, to] = visibleRange(operation, position, first, keys.length);
        chunksOf(rowOf(queries, part.start + index), keySize).forEach((query, head) => {
          const group = Math.floor((head * keyHeads) / heads);
          const scaled = Float64Array.from(query, (x) => settle(settle(operation.scale) * x));
          const scores = Float64Array.from({ length: to - from }, (_, token) =>
            settle(capped(operation, settle(dot(scaled, keys[from + token] as Float32Array, group * keySize)))));
          const shares = shareOut(scores, sinks?.[head]).map(settle);
          rowOf(output, part.start + index).set(weightedSum(shares, values, valueSize, from, group * valueSize), head * valueSize);
        });
      }
    }
    return output;
  },
};

function capped({ softcap }: AttentionOperation, score: number): number {
  return softcap === undefined ? score : softcap * Math.tanh(score / softcap);
}

/** Softmax; a sink takes its share of it and gives nothing. */
function shareOut(scores: Float64Array, sink = -Infinity): Float64Array {
  let largest = sink;
  for (const each of scores) largest = Math.max(largest, each);
  let sum = Math.exp(sink - largest);
  const powers = scores.map((each) => Math.exp(each - largest));
  for (const power of powers) sum += power;
  return powers.map((power) => power / sum);
}

/** Indices among the keys, the first of which is at position `first`. */
function visibleRange({ causal, window = Infinity }: AttentionOperation, position: number, first: number, count: number): [number, number] {
  const end = causal ? position + 1 : Math.min(position + window, first + count);
  return [Math.max(position - window + 1 - first, 0), end - first];
}

function visibleTokens({ state, keys, values }: AttentionOperation, { value }: OperationRun, part: StepPart): {
  readonly keys: readonly Float32Array[];
  readonly values: readonly Float32Array[];
  readonly first: number;
} {
  if (state === undefined) return { keys: rowsOf(value(keys), part), values: rowsOf(value(values), part), first: part.position };
  const [allKeys, allValues] = addTokens(state, part, value(keys), value(values));
  return { keys: allKeys, values: allValues, first: 0 };
}

function rowsOf(tensor: Tensor, { start, count }: StepPart): Float32Array[] {
  return Array.from({ length: count }, (_, index) => rowOf(tensor, start + index));
}

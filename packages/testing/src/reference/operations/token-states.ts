import { rowOf, type Tensor } from '../tensor.js';
import type { TokenState } from '../reference-sequence.js';
import type { StepPart } from '../reference-step.js';

/** Adds a sequence's new tokens to a state of all tokens, once a step however many operations share it. */
export function addTokens(name: string, { sequence, start, count, position }: StepPart, ...tensors: readonly [Tensor, Tensor]): TokenState {
  const state = sequence.tokenState(name);
  if (state[0].length === position) {
    state.forEach((rows, part) => {
      for (let index = 0; index < count; index++) rows.push(rowOf(tensors[part] as Tensor, start + index).slice());
    });
  }
  return state;
}

/** Sum of vectors by their shares, in float64: of those from `first` on, the elements from `start` on. */
export function weightedSum(shares: ArrayLike<number>, vectors: readonly Float32Array[], size: number, first = 0, start = 0): Float64Array {
  const sum = new Float64Array(size);
  for (let index = 0; index < shares.length; index++) {
    const share = shares[index] as number;
    const vector = vectors[first + index] as Float32Array;
    for (let element = 0; element < size; element++) sum[element] = (sum[element] as number) + share * (vector[start + element] as number);
  }
  return sum;
}

import type { StateDeclaration } from './state-declaration.js';

/** How the states of a sequence are held. */
export interface StateFormat {
  /** Of an element of keys, values and latents that is not quantized. */
  readonly floatBytes: number;
  /** Bits of quantized keys and values; default: they are not quantized. */
  readonly bits?: number | undefined;
  /** Elements that share a scale and a bias; default 64. */
  readonly groupSize?: number | undefined;
  /** Most positions that any key-value cache holds, as a ring; default: no limit. */
  readonly maxPositions?: number | undefined;
}

/** Caches grow by so many positions at a time. */
const positionStep = 256;

/**
 * Memory that the states of one sequence take, in bytes.
 * @param positions - tokens of the sequence
 */
export function stateBytes(states: readonly StateDeclaration[], positions: number, format: StateFormat): number {
  return states.reduce((sum, state) => sum + bytesOf(state, positions, format), 0);
}

/** Most positions whose states fit so many bytes; `Infinity` where they do not grow. */
export function fittingPositions(states: readonly StateDeclaration[], bytes: number, format: StateFormat): number {
  const fits = (steps: number): boolean => stateBytes(states, steps * positionStep, format) <= bytes;
  if (!fits(0)) return 0;
  if (fits(2 ** 40)) return Infinity;
  let [least, most] = [0, 2 ** 40];
  while (most - least > 1) {
    const middle = Math.floor((least + most) / 2);
    if (fits(middle)) least = middle;
    else most = middle;
  }
  return least * positionStep;
}

function bytesOf(state: StateDeclaration, positions: number, format: StateFormat): number {
  const { floatBytes, bits, groupSize = 64, maxPositions = Infinity } = format;
  switch (state.type) {
    case 'kv': {
      const elementBytes = bits === undefined ? floatBytes : bits / 8 + (2 * floatBytes) / groupSize;
      const held = Math.min(capacity(positions), state.window ?? Infinity, maxPositions);
      return held * state.heads * (state.keyDimension + state.valueDimension) * elementBytes;
    }
    case 'latent':
      return capacity(positions) * (state.rank + state.ropeDimension) * floatBytes;
    case 'rolling':
      return state.width * state.channels * floatBytes;
    case 'matrix':
      return state.shape.reduce((product, dimension) => product * dimension, 4);
  }
}

function capacity(positions: number): number {
  return Math.ceil(positions / positionStep) * positionStep;
}

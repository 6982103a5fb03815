import type { StateDeclaration } from '@mlxengine/core/graph';
import type { KVLayout } from './kernel-call.js';

/** Tokens that a block of the cache holds; the same as in `assembly/attention.ts`. */
export const blockTokens = 256;

/** Places of all states in a block. */
export interface StateLayout {
  readonly states: ReadonlyMap<string, KVLayout>;
  readonly blockBytes: number;
}

/** Lays the states of a graph out in blocks of {@link blockTokens} tokens of float32 keys and values. */
export function layOutStates(declarations: readonly StateDeclaration[]): StateLayout {
  const states = new Map<string, KVLayout>();
  let offset = 0;
  for (const { name, heads, keyDimension, valueDimension } of declarations) {
    const keys = offset;
    const values = keys + blockTokens * heads * keyDimension * 4;
    offset = values + blockTokens * heads * valueDimension * 4;
    states.set(name, { name, heads, keyDimension, valueDimension, keys, values });
  }
  return { states, blockBytes: offset };
}

import type { GraphOperation, ModelGraph, StateDeclaration } from '@mlxengine/core/graph';

/** Tokens that a block of the cache holds; the same as in `assembly/attention.ts`. */
export const blockTokens = 256;

/** Where keys and values lie in every block of the cache. */
export interface KVLayout {
  readonly name: string;
  readonly heads: number;
  readonly keyDimension: number;
  readonly valueDimension: number;
  /** Bytes from the beginning of a block. */
  readonly keys: number;
  readonly values: number;
}

/** Where latents and rotated keys, one vector a token, lie in every block of the cache. */
export interface LatentLayout {
  readonly name: string;
  readonly rank: number;
  readonly ropeDimension: number;
  /** Bytes from the beginning of a block. */
  readonly offset: number;
}

/** Where a rolling or matrix state lies in a sequence's own memory. */
export interface RecurrentLayout {
  readonly name: string;
  /** `[width, channels]`, or a matrix's shape. */
  readonly shape: readonly number[];
  /** Bytes from the beginning of that memory. */
  readonly offset: number;
}

/** Places of all states: those that grow with the tokens in blocks of the cache, the others in a sequence's own memory. */
export interface StateLayout {
  readonly keyValues: ReadonlyMap<string, KVLayout>;
  readonly latents: ReadonlyMap<string, LatentLayout>;
  readonly recurrent: ReadonlyMap<string, RecurrentLayout>;
  /** Where attentions without a state keep keys and values, one after another in one place, while they work. */
  readonly transient: number;
  readonly blockBytes: number;
  /** Bytes of a sequence's rolling and matrix states, all together. */
  readonly stateBytes: number;
}

/** Lays the states of a graph out, in float32 and in blocks of {@link blockTokens} tokens. */
export function layOutStates(graph: ModelGraph): StateLayout {
  const [keyValues, latents, recurrent] = [new Map<string, KVLayout>(), new Map<string, LatentLayout>(), new Map<string, RecurrentLayout>()];
  let block = 0;
  let own = 0;
  for (const state of graph.states) add(state);
  const transient = block;
  block += Math.max(0, ...graph.operations.map((operation) => transientBytes(graph, operation)));
  return { keyValues, latents, recurrent, transient, blockBytes: block, stateBytes: own };

  function add(state: StateDeclaration): void {
    const { name } = state;
    if (state.type === 'kv') {
      const { heads, keyDimension, valueDimension } = state;
      const layout = placeKeyValues({ name, heads, keyDimension, valueDimension }, block);
      keyValues.set(name, layout);
      block += keyValueBytes(layout);
    } else if (state.type === 'latent') {
      const { rank, ropeDimension } = state;
      latents.set(name, { name, rank, ropeDimension, offset: block });
      block += aligned(blockTokens * (rank + ropeDimension) * 4);
    } else {
      const shape = state.type === 'rolling' ? [state.width, state.channels] : state.shape;
      recurrent.set(name, { name, shape, offset: own });
      own += aligned(shape.reduce((product, size) => product * size, 4));
    }
  }
}

/** Keys and values of that shape at a place in every block. */
export function placeKeyValues(shape: Omit<KVLayout, 'keys' | 'values'>, offset: number): KVLayout {
  return { ...shape, keys: offset, values: offset + blockTokens * shape.heads * shape.keyDimension * 4 };
}

function keyValueBytes({ heads, keyDimension, valueDimension }: Omit<KVLayout, 'keys' | 'values'>): number {
  return aligned(blockTokens * heads * (keyDimension + valueDimension) * 4);
}

function transientBytes({ values }: ModelGraph, operation: GraphOperation): number {
  if (operation.type !== 'attention' || operation.state !== undefined) return 0;
  const [heads = 1, keyDimension = 1] = values[operation.keys]?.dimensions ?? [];
  const [, valueDimension = 1] = values[operation.values]?.dimensions ?? [];
  return keyValueBytes({ name: '', heads, keyDimension, valueDimension });
}

// States begin at whole vectors, and kernels may read a vector past the last element.
function aligned(bytes: number): number {
  return Math.ceil((bytes + 16) / 64) * 64;
}

import type { ValueId } from '@mlxengine/core/graph';
import type { GraphBuilder } from '../../graph/graph-builder.js';
import type { RopeSettings } from '../../graph/rope-settings.js';
import { joinHeads } from './attention.js';
import type { HeadArguments } from './decoder-arguments.js';
import { rmsNorm } from './decoder.js';

/** Keys and values of a layer, ready for others to read, and the name of their cache. */
export interface KeyValues {
  readonly keys: ValueId;
  readonly values: ValueId;
  readonly state: string;
}

/** What {@link sharingAttention} takes. */
export interface SharingAttentionOptions extends HeadArguments {
  readonly hiddenSize: number;
  readonly epsilon: number;
  readonly rope: RopeSettings;
  readonly window: number | undefined;
  /** Those of another layer; default: its own. */
  readonly shared: KeyValues | undefined;
  /** Whether there is no `v_proj`, because keys before their norm are the values; default false. */
  readonly keysAreValues?: boolean;
}

/**
 * Gemma 3n's and 4's self-attention with the module's weights under `path`: queries, keys and values are normed, scores
 * are not scaled, and a layer may read another's keys and values.
 */
export function sharingAttention(
  graph: GraphBuilder, x: ValueId, path: string, options: SharingAttentionOptions,
): { readonly output: ValueId; readonly keyValues: KeyValues } {
  const { heads, headDimension, hiddenSize, rope, window, shared } = options;
  const queries = graph.reshape(graph.linear(x, `${path}.q_proj`, { dimensions: heads * headDimension }), [heads, headDimension]);
  const keyValues = shared ?? ownKeyValues(graph, x, path, options);
  const rotated = graph.rope(rmsNorm(graph, options)(queries, `${path}.q_norm`), rope);
  const attended = graph.attention({ queries: rotated, ...keyValues, scale: 1, window });
  return { output: graph.linear(joinHeads(graph, attended), `${path}.o_proj`, { dimensions: hiddenSize }), keyValues };
}

function ownKeyValues(graph: GraphBuilder, x: ValueId, path: string, options: SharingAttentionOptions): KeyValues {
  const { keyValueHeads, headDimension, epsilon, rope, keysAreValues = false } = options;
  const project = (name: string): ValueId => {
    const rows = graph.linear(x, `${path}.${name}`, { dimensions: keyValueHeads * headDimension });
    return graph.reshape(rows, [keyValueHeads, headDimension]);
  };
  const keys = project('k_proj');
  const values = keysAreValues ? keys : project('v_proj');
  return {
    keys: graph.rope(rmsNorm(graph, options)(keys, `${path}.k_norm`), rope),
    values: graph.rmsNorm(values, undefined, { epsilon }),
    state: path,
  };
}

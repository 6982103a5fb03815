import type { ModelGraph } from '@mlxengine/core/graph';

/** Numbers in what a graph gives for a sequence. */
export function vectorLength({ outputs, values }: ModelGraph): number {
  const value = outputs.pooled === undefined ? undefined : values[outputs.pooled];
  return value?.dimensions.at(-1) ?? 0;
}

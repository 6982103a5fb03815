import type { GraphValue } from '@mlxengine/core/graph';

/** A value's type as text, such as `float [tokens, 9, 64]`. */
export function formatValue({ leading, dimensions, dtype }: GraphValue): string {
  return `${dtype} [${[leading, ...dimensions].join(', ')}]`;
}

/** Messages of the area `graph`. */
export const graph = {
  'graph.shape-mismatch':
    '[{operation}] {detail}: expected {expected}, found {found}.',
} as const;

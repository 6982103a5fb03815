import type { graph as english } from '../en/graph.js';
import type { Translation } from '../translation.js';

/** Messages of the area `graph`, in German. */
export const graph: Translation<typeof english> = {
  'graph.shape-mismatch':
    '[{operation}] {detail}: erwartet {expected}, gefunden {found}.',
};

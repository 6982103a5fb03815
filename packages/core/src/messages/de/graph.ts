import type { graph as english } from '../en/graph.js';
import type { Translation } from '../translation.js';

/** Messages of the area `graph`, in German. */
export const graph: Translation<typeof english> = {
  'graph.shape-mismatch':
    '[{operation}] {detail}: erwartet {expected}, gefunden {found}.',
  'graph.weight-conflict':
    '[{operation}] das Gewicht {weight} wurde als {expected} erklärt und wird nun als {found} erklärt.',
  'graph.state-conflict':
    '[{operation}] der Zustand {state} gehört schon zu einer anderen Operation; gib jeder Attention einen eigenen.',
};

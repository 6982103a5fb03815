/** Messages of the area `graph`. */
export const graph = {
  'graph.shape-mismatch':
    '[{operation}] {detail}: expected {expected}, found {found}.',
  'graph.weight-conflict':
    '[{operation}] the weight {weight} was declared as {expected} and is now declared as {found}.',
  'graph.state-conflict':
    '[{operation}] the state {state} already belongs to another operation; give each attention a state of its own.',
} as const;

/** Messages of the area `registry`. */
export const registry = {
  'registry.invalid-entry':
    'The registry entry {entry} is invalid: {reason}',
} as const;

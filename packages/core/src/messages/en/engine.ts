/** Messages of the area `engine`. */
export const engine = {
  'engine.generation-failed':
    'The generation failed: {reason}',
} as const;

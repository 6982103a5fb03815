/** Messages of the area `aborted`. */
export const aborted = {
  'aborted.generation':
    'The generation was aborted by its signal; the error\'s "partial" holds what had been generated.',
  'aborted.operation':
    '{operation} was aborted by its signal.',
} as const;

/** Messages of the area `native`. */
export const native = {
  'native.not-built':
    'The native addon is not built: {reason}. {remedy}',
} as const;

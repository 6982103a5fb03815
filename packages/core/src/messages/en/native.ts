/** Messages of the area `native`. */
export const native = {
  'native.not-loaded':
    'The native addon cannot be loaded: {reason}. See "mlxengine doctor" for what to do.',
} as const;

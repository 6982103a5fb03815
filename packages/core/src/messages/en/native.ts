/** Messages of the area `native`. */
export const native = {
  'native.not-loaded':
    'The native addon cannot be loaded: {reason}. See "mlxengine doctor" for what to do.',
  'native.crash-loop':
    'The process of MLX ended again and again and is not started any more, the last time because it {reason}. See "mlxengine doctor" for what to do.',
} as const;

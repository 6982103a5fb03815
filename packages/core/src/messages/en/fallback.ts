/** Messages of the area `fallback`. */
export const fallback = {
  'fallback.no-simd':
    'This host runs no WebAssembly SIMD, which the fallback engine needs. Use a newer runtime or browser.',
} as const;

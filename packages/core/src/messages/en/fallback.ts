/** Messages of the area `fallback`. */
export const fallback = {
  'fallback.no-webassembly':
    'This host runs no WebAssembly, which the fallback engine needs. Use a newer runtime or browser, or allow WebAssembly in its settings.',
  'fallback.no-simd':
    'This host runs no WebAssembly SIMD, which the fallback engine needs. Use a newer runtime or browser.',
  'fallback.no-relaxed-simd':
    'This host runs no WebAssembly relaxed SIMD, which the experimental feature relaxedSimd needs. Leave the feature off, or use a newer runtime or browser.',
} as const;

import type { fallback as english } from '../en/fallback.js';
import type { Translation } from '../translation.js';

/** Messages of the area `fallback`, in German. */
export const fallback: Translation<typeof english> = {
  'fallback.no-simd':
    'Dieser Host führt kein WebAssembly-SIMD aus, das die Fallback-Engine braucht. Nutze eine neuere Laufzeit oder einen neueren Browser.',
};

import type { fallback as english } from '../en/fallback.js';
import type { Translation } from '../translation.js';

/** Messages of the area `fallback`, in German. */
export const fallback: Translation<typeof english> = {
  'fallback.no-webassembly':
    'Dieser Host führt kein WebAssembly aus, das die Fallback-Engine braucht. Nutze eine neuere Laufzeit oder einen neueren Browser, oder erlaube WebAssembly in dessen Einstellungen.',
  'fallback.no-simd':
    'Dieser Host führt kein WebAssembly-SIMD aus, das die Fallback-Engine braucht. Nutze eine neuere Laufzeit oder einen neueren Browser.',
  'fallback.no-relaxed-simd':
    'Dieser Host führt kein Relaxed SIMD von WebAssembly aus, das die experimentelle Funktion relaxedSimd braucht. Lass die Funktion aus, oder nutze eine neuere Laufzeit oder einen neueren Browser.',
};

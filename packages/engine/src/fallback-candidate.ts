import { createFallbackBackend, probeFallback } from '@mlxengine/fallback';
import type { BackendCandidate } from './platform.js';

/** The fallback engine, which every platform has. */
export const fallbackCandidate: BackendCandidate = {
  name: 'fallback',
  probe: probeFallback,
  create: createFallbackBackend,
};

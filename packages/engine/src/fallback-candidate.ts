import { createFallbackBackend, probeFallback } from '@mlxengine/fallback';
import type { BackendCandidate } from './platform.js';

/** The fallback engine, which every platform has. */
export const fallbackCandidate: BackendCandidate = {
  name: 'fallback',
  experimental: ['relaxedSimd'],
  isolates: false,
  probe: probeFallback,
  create: createFallbackBackend,
};

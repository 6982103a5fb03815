import { createDownloader } from '@mlxengine/downloader';
import { fallbackCandidate } from './fallback-candidate.js';
import type { EnginePlatform } from './platform.js';

/** A browser: the fallback engine alone, models from the hub or from a source. */
export const browserPlatform: EnginePlatform = {
  candidates: [fallbackCandidate],
  createDownloader: () => createDownloader(),
  openFolder: async () => undefined,
  openStarterModel: async () => undefined,
};

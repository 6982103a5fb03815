import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ModelSource } from '@mlxengine/core';
import { createDownloader, openFolder } from '@mlxengine/downloader';
import { fallbackCandidate } from './fallback-candidate.js';
import { mlxCandidate } from './mlx-candidate.js';
import type { EnginePlatform } from './platform.js';

/** Node: MLX where it is there, else the fallback engine; folders, the starter package and the hub. */
export const nodePlatform: EnginePlatform = {
  candidates: [mlxCandidate, fallbackCandidate],
  createDownloader: () => createDownloader(),
  openFolder: async (path) => {
    const expanded = /^~[\\/]/.test(path) ? join(homedir(), path.slice(2)) : path;
    // A file in a folder's place is told by `openFolder`.
    return existsSync(expanded) ? openFolder(expanded) : undefined;
  },
  openStarterModel,
};

const starterPackage = '@mlxengine/starter-model';

/** Looks beside this package and beside the application: with pnpm only the application sees its own dependencies. */
async function openStarterModel(): Promise<ModelSource | undefined> {
  const bases = [import.meta.url, pathToFileURL(join(process.cwd(), 'package.json')).href];
  for (const base of bases) {
    const path = resolveFrom(base);
    if (path === undefined) continue;
    const starter = (await import(pathToFileURL(path).href)) as { openStarterModel(): Promise<ModelSource> };
    return starter.openStarterModel();
  }
  return undefined;
}

function resolveFrom(base: string): string | undefined {
  try {
    return createRequire(base).resolve(starterPackage);
  } catch {
    return undefined;
  }
}

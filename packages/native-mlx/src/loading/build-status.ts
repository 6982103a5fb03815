import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from './host.js';

/** What `scripts/build-native.mjs` wrote down: what it built against, or why it did not build. */
export type BuildStatus =
  | { readonly built: true; readonly mlx: { readonly source: string; readonly version: string; readonly library: string } }
  | { readonly built: false; readonly reason: string; readonly remedy: string };

/** `undefined` where nothing was built or tried. */
export function readBuildStatus({ root }: Pick<Host, 'root'>): BuildStatus | undefined {
  try {
    return JSON.parse(readFileSync(join(root, 'build', 'native-status.json'), 'utf8')) as BuildStatus;
  } catch {
    return undefined;
  }
}

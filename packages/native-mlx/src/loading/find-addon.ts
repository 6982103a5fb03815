import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from './host.js';

/** The binaries of this package. */
export interface AddonFiles {
  readonly addon: string;
  readonly loader: string;
}

/** Where the binaries are for this platform; `undefined` where they are not. Packages a platform would be looked up here. */
export function findAddon({ root }: Pick<Host, 'root'>): AddonFiles | undefined {
  const folder = join(root, 'build', 'Release');
  const files: AddonFiles = { addon: join(folder, 'mlxengine.node'), loader: join(folder, 'mlxengine_loader.node') };
  return existsSync(files.addon) && existsSync(files.loader) ? files : undefined;
}

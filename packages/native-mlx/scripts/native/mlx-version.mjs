import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The version that is built for; others with the same minor version will do where they are found. */
export const mlxVersion = '0.32.4';

/** Version that a folder of headers says it is; `undefined` where it holds none. */
export function headerVersion(includeFolder) {
  try {
    const text = readFileSync(join(includeFolder, 'mlx', 'version.h'), 'utf8');
    const part = (name) => new RegExp(`#define MLX_VERSION_${name} (\\d+)`).exec(text)?.[1];
    return [part('MAJOR'), part('MINOR'), part('PATCH')].join('.');
  } catch {
    return undefined;
  }
}

/** Whether the addon's code fits that version: MLX changes its interface between minor versions. */
export function isUsable(version) {
  return version !== undefined && version.startsWith(mlxVersion.slice(0, mlxVersion.lastIndexOf('.') + 1));
}

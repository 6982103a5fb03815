import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package's folder. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const buildFolder = join(root, 'build');
export const statusFile = join(buildFolder, 'native-status.json');
export const binaries = ['mlxengine.node', 'mlxengine_loader.node'].map((name) => join(buildFolder, 'Release', name));
/** Where the downloaded wheel is unpacked; it outlives a clean build. */
export const wheelFolder = join(root, '.cache', 'mlx');
/** What to type to build again, from anywhere. */
export const buildCommand = `node ${quoted(join(root, 'scripts', 'build-native.mjs'))}`;
/** Where the set-up of a checkout puts CMake and its like; a build by hand finds them there too. */
export const checkoutTools = join(root, '..', '..', '.toolchain', 'bin');

function quoted(path) {
  return /\s/.test(path) ? `"${path}"` : path;
}

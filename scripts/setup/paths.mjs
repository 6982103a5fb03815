import { join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const isWindows = process.platform === 'win32';

/** Root of the checkout. */
export const repository = resolve(fileURLToPath(new URL('../..', import.meta.url)));

/** Everything that the set-up downloads and that is not a package of the workspace. Deleting it is always safe. */
export const toolchain = join(repository, '.toolchain');

/** First on PATH of every child. */
export const toolchainBin = join(toolchain, 'bin');

/** Where an executable of this name belongs in a folder of executables. */
export function executableIn(folder, name) {
  return join(folder, isWindows ? `${name}.exe` : name);
}

import { join } from 'node:path';
import { toolchain } from './paths.mjs';
import { runCommand } from './run-command.mjs';
import { SetupProblem } from './setup-problem.mjs';

/**
 * Installs exact npm packages, without running a script of theirs, into a private folder of the tool chain.
 *
 * @param {string} name the folder
 * @param {string} specifier such as `pnpm@12.21.0`
 * @param {string} remedy what to do by hand if npm cannot
 * @param {(line: string) => void} onLine
 * @returns {Promise<string>} the folder's `node_modules`
 */
export async function npmInstall(name, specifier, remedy, onLine) {
  const prefix = join(toolchain, name);
  const args = ['install', '--prefix', prefix, '--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--global=false', specifier];
  const { succeeded, output } = await runCommand('npm', args, { onLine });
  if (!succeeded) throw new SetupProblem(`npm could not install ${specifier}.`, remedy, output);
  return join(prefix, 'node_modules');
}

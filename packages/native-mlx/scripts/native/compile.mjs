import { createRequire } from 'node:module';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { CannotBuild } from './cannot-build.mjs';
import { buildCommand, buildFolder, root } from './paths.mjs';
import { runShown } from './run.mjs';

const require = createRequire(import.meta.url);

function cmakeJs() {
  const manifest = require.resolve('cmake-js/package.json');
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
  return join(manifest, '..', typeof bin === 'string' ? bin : bin['cmake-js']);
}

/** CMake refuses to go on in a folder that it configured for another place or generator. */
function dropForeignConfiguration(folder) {
  const cache = join(folder, 'CMakeCache.txt');
  if (!existsSync(cache)) return;
  const home = /^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$/m.exec(readFileSync(cache, 'utf8'))?.[1];
  if (home !== root) rmSync(folder, { recursive: true, force: true });
}

/** Configures and builds with cmake-js, which brings Node-API's headers itself. */
export async function compile({ include, library }, { folder = buildFolder, sanitize = process.env.MLXENGINE_NATIVE_SANITIZE ?? '' } = {}) {
  dropForeignConfiguration(folder);
  const definitions = {
    MLX_INCLUDE_DIR: include,
    MLX_LIBRARY: library,
    SANITIZE: sanitize,
  };
  const args = Object.entries(definitions).map(([name, value]) => `--CD${name}=${value}`);
  for (const command of ['configure', 'build']) {
    const { succeeded, tail } = await runShown(process.execPath, [cmakeJs(), command, '--directory', root, '--out', folder, '--parallel', '2', ...args]);
    if (succeeded) continue;
    const line = tail.split('\n').find((text) => /error/i.test(text)) ?? tail.trim().split('\n').at(-1);
    throw new CannotBuild(`it does not compile (${line?.trim()})`, `See the output of: ${buildCommand} --force`);
  }
}

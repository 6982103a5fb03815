import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { CannotBuild } from './cannot-build.mjs';
import { downloadWheel } from './download-wheel.mjs';
import { headerVersion, isUsable, mlxVersion } from './mlx-version.mjs';
import { buildCommand } from './paths.mjs';
import { findOnPath, outputOf } from './run.mjs';

const libraryName = process.platform === 'darwin' ? 'libmlx.dylib' : 'libmlx.so';

/** MLX under a prefix with include/ and lib/; `undefined` where it isn't there. */
function inPrefix(prefix, source) {
  const include = join(prefix, 'include');
  const library = ['lib', 'lib64'].map((folder) => join(prefix, folder, libraryName)).find((file) => existsSync(file));
  const version = headerVersion(include);
  return library === undefined || version === undefined ? undefined : { source, version, include, library };
}

/** A variable that points at nothing usable is a mistake to tell of, not to pass over. */
function fromVariable() {
  const prefix = process.env.MLX_ROOT;
  if (!prefix) return undefined;
  const found = inPrefix(prefix, 'MLX_ROOT');
  if (found !== undefined && isUsable(found.version)) return found;
  const what = found === undefined ? `no include/mlx and lib/${libraryName}` : `MLX ${found.version}, expected ${mlxVersion}`;
  throw new CannotBuild(`MLX_ROOT is ${prefix}, which has ${what}`, `Correct MLX_ROOT or unset it, and build again: ${buildCommand}`);
}

/** The programs to ask for Python's mlx, the first of which is the caller's own choice. */
function pythons() {
  return [process.env.MLXENGINE_PYTHON, 'python3', 'python'].filter((name) => name && findOnPath(name) !== undefined);
}

function fromPython() {
  for (const python of pythons()) {
    let folder = outputOf(python, ['-m', 'mlx', '--cmake-dir'])?.split('\n').at(-1);
    // It is the package's folder or, by other versions, one further down.
    while (folder && folder !== dirname(folder)) {
      const found = inPrefix(folder, `the mlx package of ${python}`);
      if (found !== undefined && isUsable(found.version)) return found;
      folder = dirname(folder);
    }
  }
  return undefined;
}

function fromSystem() {
  const prefixes = ['/usr/local', '/opt/homebrew', '/usr'];
  return prefixes.map((prefix) => inPrefix(prefix, 'system')).find((found) => found !== undefined && isUsable(found.version));
}

/** Where MLX is, in the order of how much the user meant it; downloaded where it isn't here. */
export async function locateMLX() {
  const present = fromVariable() ?? fromPython();
  if (present !== undefined) return present;
  const { prefix, problem } = await downloadWheel(pythons());
  const downloaded = prefix === undefined ? undefined : inPrefix(prefix, 'a downloaded wheel');
  const found = downloaded ?? fromSystem();
  if (found !== undefined) return found;
  throw new CannotBuild(
    `MLX ${mlxVersion} is not here and could not be had (${problem ?? 'the wheel holds no MLX'})`,
    `Install it (pip install mlx==${mlxVersion}) or set MLX_ROOT to where it is, and build again: ${buildCommand}`,
  );
}

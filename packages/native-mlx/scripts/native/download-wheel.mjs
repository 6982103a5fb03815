import { mkdirSync, renameSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { mlxVersion } from './mlx-version.mjs';
import { wheelFolder } from './paths.mjs';
import { findOnPath, runShown } from './run.mjs';

/** The wheels that hold libmlx and its headers: the platform's tag and the file's sha256. */
const wheels = {
  'linux-x64': {
    name: 'mlx-cpu',
    tag: 'manylinux_2_35_x86_64',
    uv: 'x86_64-manylinux_2_35',
    sha256: '0e0a24fa2ce8b6b94d2e6a90604e8813aa8e29fcb918bb2aa01cfb6d133d8cee',
  },
  'linux-arm64': {
    name: 'mlx-cpu',
    tag: 'manylinux_2_35_aarch64',
    uv: 'aarch64-manylinux_2_35',
    sha256: '1289e85e64af1fd16380bf331438bfe4afe875d27afc3e0bcf35f427c488fadd',
  },
  'darwin-arm64': {
    name: 'mlx-metal',
    tag: 'macosx_14_0_arm64',
    uv: 'aarch64-apple-darwin',
    sha256: '8019b2db622599267d66cc168b2f0dbf5af929790a6c3b3913e00eabc42a7947',
  },
};

function glibcProblem() {
  if (process.platform !== 'linux') return undefined;
  process.report.excludeNetwork = true;
  const version = process.report.getReport().header.glibcVersionRuntime;
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  if (major > 2 || (major === 2 && minor >= 35)) return undefined;
  return `MLX's wheels need glibc 2.35 or newer, here is ${version === undefined ? 'another C library' : `glibc ${version}`}`;
}

/** Ways to unpack the wheel into a folder; each refuses a file whose hash is another. */
function installers(pythons, wheel, target, requirements) {
  const common = ['--no-deps', '--require-hashes', '--only-binary', ':all:', '--target', target, '-r', requirements];
  const pip = pythons.map((python) => [python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--platform', wheel.tag, ...common]]);
  const uv = findOnPath('uv') === undefined ? [] : [['uv', ['pip', 'install', '--quiet', '--python-platform', wheel.uv, ...common]]];
  return [...pip, ...uv];
}

/**
 * Gets the pinned wheel of this platform and unpacks it.
 * @param {string[]} pythons programs whose pip to try
 * @returns {Promise<{ prefix?: string, problem?: string }>} where include/ and lib/ are, or why there are none
 */
export async function downloadWheel(pythons) {
  const problem = glibcProblem();
  if (problem !== undefined) return { problem };
  const wheel = wheels[`${process.platform}-${process.arch}`];
  const folder = join(wheelFolder, `${wheel.name}-${mlxVersion}`);
  const prefix = join(folder, 'mlx');
  if (existsSync(prefix)) return { prefix };
  const unfinished = `${folder}.${process.pid}`;
  const requirements = join(wheelFolder, 'requirements.txt');
  mkdirSync(wheelFolder, { recursive: true });
  writeFileSync(requirements, `${wheel.name}==${mlxVersion} --hash=sha256:${wheel.sha256}\n`);
  let last = 'neither pip nor uv is here';
  for (const [program, args] of installers(pythons, wheel, unfinished, requirements)) {
    console.log(`Getting MLX ${mlxVersion} with ${program} …`);
    const { succeeded, tail } = await runShown(program, args, { env: { ...process.env, PIP_USER: '0' } });
    if (succeeded) {
      rmSync(folder, { recursive: true, force: true });
      renameSync(unfinished, folder);
      return { prefix };
    }
    rmSync(unfinished, { recursive: true, force: true });
    last = `${program}: ${tail.trim().split('\n').at(-1)}`;
  }
  return { problem: last };
}

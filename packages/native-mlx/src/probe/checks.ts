import { readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { ProbeCheck } from '@mlxengine/core/backend';
import { abiVersion } from '../abi/native-addon.js';
import { bestDevice } from '../backend/device-information.js';
import { readBuildStatus } from '../loading/build-status.js';
import { findAddon } from '../loading/find-addon.js';
import { findLibrary } from '../loading/find-library.js';
import type { Host } from '../loading/host.js';
import type { ChildReport, ChildResult } from './child-probe.js';

const oldestGlibc = { major: 2, minor: 35 };

/** As scripts/native/paths.mjs words it. */
function buildCommand({ root }: Pick<Host, 'root'>): string {
  const script = join(root, 'scripts', 'build-native.mjs');
  return `node ${/\s/.test(script) ? `"${script}"` : script}`;
}

function rebuild(host: Pick<Host, 'root'>): string {
  return `Build it again: ${buildCommand(host)} --force`;
}

export function checkPlatform({ platform, arch }: Host): ProbeCheck {
  const name = 'platform';
  const supported = (platform === 'linux' && (arch === 'x64' || arch === 'arm64')) || (platform === 'darwin' && arch === 'arm64');
  if (supported) return { name, ok: true, detail: `${platform}-${arch}` };
  return { name, ok: false, detail: `MLX does not run on ${platform}-${arch}`, remedy: 'Use the fallback engine, or Linux or Apple silicon.' };
}

/** MLX's wheels are built against glibc 2.35; a libmlx that somebody built themselves may run on an older one. */
export function checkGlibc(host: Host): ProbeCheck | undefined {
  if (host.platform !== 'linux') return undefined;
  const name = 'c-library';
  const { glibcVersion } = host;
  const [major = 0, minor = 0] = (glibcVersion ?? '').split('.').map(Number);
  const recent = major > oldestGlibc.major || (major === oldestGlibc.major && minor >= oldestGlibc.minor);
  if (recent) return { name, ok: true, detail: `glibc ${glibcVersion}` };
  const found = glibcVersion === undefined ? 'not glibc' : `glibc ${glibcVersion}`;
  if (isOwnMLX(host)) return { name, ok: true, detail: `${found}, older than MLX's wheels want, but MLX is not from a wheel` };
  const remedy = 'Use a newer Linux, build MLX yourself and set MLX_ROOT, or use the fallback engine.';
  return { name, ok: false, detail: `the C library is ${found}, MLX's wheels need glibc ${oldestGlibc.major}.${oldestGlibc.minor} or newer`, remedy };
}

function isOwnMLX(host: Host): boolean {
  const status = readBuildStatus(host);
  const library = findLibrary(host);
  if (library === undefined || isInWheel(library.path)) return false;
  return library.from !== 'the build' || (status?.built === true && ['MLX_ROOT', 'system'].includes(status.mlx.source));
}

/** Whether pip put a libmlx where it is: `mlx/lib/libmlx.so`, and beside `mlx` the record of the installation. */
function isInWheel(library: string): boolean {
  try {
    return readdirSync(join(realpathSync(library), '..', '..', '..')).some((name) => /^mlx.*\.dist-info$/.test(name));
  } catch {
    return false;
  }
}

export function checkBuild(host: Host): ProbeCheck {
  const name = 'build';
  const status = readBuildStatus(host);
  if (status === undefined) {
    const detail = 'nothing says how the addon was built';
    if (findAddon(host) !== undefined) return { name, ok: true, detail };
    return { name, ok: false, detail: 'the addon was never built', remedy: `Build it: ${buildCommand(host)}` };
  }
  if (!status.built) return { name, ok: false, detail: `the addon was not built: ${status.reason}`, remedy: status.remedy };
  return { name, ok: true, detail: `built with MLX ${status.mlx.version} from ${status.mlx.source}` };
}

export function checkAddon(host: Host): ProbeCheck {
  const name = 'addon';
  const files = findAddon(host);
  if (files === undefined) return { name, ok: false, detail: 'the addon\'s files are not where they were built', remedy: rebuild(host) };
  return { name, ok: true, detail: files.addon };
}

export function checkLibrary(host: Host): ProbeCheck {
  const name = 'mlx-library';
  const library = findLibrary(host);
  if (library === undefined) return { name, ok: false, detail: 'nothing says where libmlx is', remedy: rebuild(host) };
  if (library.exists) return { name, ok: true, detail: `${library.path}, named by ${library.from}` };
  const remedy = library.from === 'the build' ? rebuild(host) : `Correct or unset the variable ${library.from}.`;
  return { name, ok: false, detail: `${library.path}, named by ${library.from}, does not exist`, remedy };
}

export function checkStart(host: Host, result: ChildResult): ProbeCheck {
  const name = 'start';
  if ('crash' in result) return { name, ok: false, detail: `a process that loaded the addon to try it ${result.crash}`, remedy: rebuild(host) };
  const failure = failureOf(result.report);
  if (failure !== undefined) return { name, ok: false, detail: failure, remedy: rebuild(host) };
  const version = result.report.stage === 'done' ? result.report.mlxVersion : '';
  return { name, ok: true, detail: `MLX ${version} loads and computes in a process of its own` };
}

function failureOf(report: ChildReport): string | undefined {
  if (report.stage !== 'done') return `${report.stage === 'library' ? 'libmlx' : 'the addon'} does not load: ${report.failure}`;
  if (report.failure !== undefined) return `MLX does not start: ${report.failure}`;
  if (report.abiVersion !== abiVersion) return `the addon has ABI ${report.abiVersion}, expected ${abiVersion}`;
  if (minorVersion(report.mlxVersion) !== minorVersion(report.builtForMlxVersion)) {
    return `libmlx is version ${report.mlxVersion}, but the addon was built for ${report.builtForMlxVersion}`;
  }
  return undefined;
}

/** `0.32` of `0.32.4`: MLX's binary interface may change with it. */
function minorVersion(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

export function checkDevice({ environment }: Host, report: ChildReport): ProbeCheck {
  const name = 'device';
  const devices = report.stage === 'done' ? report.devices : [];
  const best = bestDevice(devices);
  const failed = devices.filter(({ failure }) => failure !== '').map(({ kind, failure }) => `${kind} failed: ${failure}`);
  const found = [best && `${best.kind}: ${best.name || best.kind}`, ...failed].filter(Boolean).join('; ');
  if (best === undefined) return { name, ok: false, detail: found || 'MLX found no device', remedy: 'Use the fallback engine.' };
  if (best.type === 'gpu') return { name, ok: true, detail: found };
  const remedy = environment['MLXENGINE_MLX_LIBRARY']
    ? 'The libmlx that MLXENGINE_MLX_LIBRARY names finds no GPU.'
    : 'For an NVIDIA GPU: pip install mlx-cuda-13, then set MLXENGINE_MLX_LIBRARY to its libmlx.so.';
  return { name, ok: true, detail: `${found} (no GPU that this MLX can use)`, remedy };
}

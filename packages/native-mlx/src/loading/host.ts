import { existsSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { packageRoot } from './package-root.js';

/** What finding and probing the addon depend on; tests change one thing at a time. */
export interface Host {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** Version of the GNU C library, such as `2.36`; `undefined` off Linux and on others, such as musl. */
  readonly glibcVersion: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** This package's folder. */
  readonly root: string;
  /** Program that runs the probe. */
  readonly nodePath: string;
  /** How long the probe of a binary may take. */
  readonly probeTimeoutMs: number;
  /** Where results of probes are kept; `undefined`: nowhere. */
  readonly cacheFolder: string | undefined;
}

/** The machine as it is. */
export function currentHost(): Host {
  const { platform, arch, env: environment } = process;
  return {
    platform,
    arch,
    glibcVersion: platform === 'linux' ? glibcVersion() : undefined,
    environment,
    root: packageRoot(),
    nodePath: process.execPath,
    // Loading a CUDA library and its first kernel can take many seconds on a cold disk.
    probeTimeoutMs: 60_000,
    cacheFolder: cacheFolder(platform, environment),
  };
}

function glibcVersion(): string | undefined {
  // Without this a report resolves the name of every open connection's other end.
  (process.report as { excludeNetwork?: boolean }).excludeNetwork = true;
  const { header } = process.report.getReport() as { readonly header: { readonly glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime;
}

function cacheFolder(platform: NodeJS.Platform, environment: Host['environment']): string | undefined {
  const home = environment['HOME'];
  if (environment['XDG_CACHE_HOME']) return `${environment['XDG_CACHE_HOME']}/mlxengine`;
  if (!home) return undefined;
  return platform === 'darwin' ? `${home}/Library/Caches/mlxengine` : `${home}/.cache/mlxengine`;
}

/** Version of the NVIDIA driver's kernel module, which tells one GPU set-up from another. */
export function nvidiaDriver(): string | undefined {
  const file = '/proc/driver/nvidia/version';
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

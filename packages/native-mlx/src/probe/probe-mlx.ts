import type { BackendProbe, ProbeCheck } from '@mlxengine/core/backend';
import { bestDevice, deviceInformation } from '../backend/device-information.js';
import { findAddon } from '../loading/find-addon.js';
import { findLibrary } from '../loading/find-library.js';
import { currentHost, type Host } from '../loading/host.js';
import { checkAddon, checkBuild, checkDevice, checkGlibc, checkLibrary, checkPlatform, checkStart } from './checks.js';
import { probeOnce } from './probe-cache.js';

/**
 * Finds out whether MLX can be used here, without loading anything into this process: a child process tries the binary,
 * so that one that crashes, hangs or does not fit this machine is a failed check. Automatic choice takes MLX only for a
 * GPU; its CPU device is correct but slow.
 */
export async function probeMLX(): Promise<BackendProbe> {
  return probeHost(currentHost());
}

/** {@link probeMLX} of any host. */
export async function probeHost(host: Host): Promise<BackendProbe> {
  const checks: ProbeCheck[] = [];
  for (const check of [checkPlatform, checkGlibc, checkBuild, checkAddon, checkLibrary]) {
    const result = check(host);
    if (result === undefined) continue;
    checks.push(result);
    if (!result.ok) return unavailable(checks);
  }
  return probeBinary(host, checks);
}

async function probeBinary(host: Host, checks: ProbeCheck[]): Promise<BackendProbe> {
  const files = findAddon(host);
  const library = findLibrary(host);
  if (files === undefined || library === undefined) return unavailable(checks);
  const result = await probeOnce(host, files, library.path);
  checks.push(checkStart(host, result));
  if ('crash' in result || checks.at(-1)?.ok !== true) return unavailable(checks);
  checks.push(checkDevice(host, result.report));
  const best = result.report.stage === 'done' ? bestDevice(result.report.devices) : undefined;
  if (best === undefined) return unavailable(checks);
  return { backend: 'mlx', available: true, automatic: best.type === 'gpu', device: deviceInformation(best), checks };
}

function unavailable(checks: readonly ProbeCheck[]): BackendProbe {
  return { backend: 'mlx', available: false, automatic: false, checks };
}

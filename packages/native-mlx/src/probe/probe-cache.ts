import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { abiVersion } from '../abi/native-addon.js';
import type { AddonFiles } from '../loading/find-addon.js';
import { nvidiaDriver, type Host } from '../loading/host.js';
import { probeInChild, type ChildReport, type ChildResult } from './child-probe.js';

/**
 * {@link probeInChild}, asked once for the same binaries on the same machine. Only success is kept: what failed may have
 * been mended by the next start.
 */
export async function probeOnce(host: Host, files: AddonFiles, library: string): Promise<ChildResult> {
  const file = await cacheFile(host, [files.addon, files.loader, library]);
  const known = file === undefined ? undefined : await readKnown(file);
  if (known !== undefined) return { report: known };
  const result = await probeInChild(host, files, library);
  if (file !== undefined && 'report' in result && isSuccess(result.report)) await keep(file, result.report);
  return result;
}

function isSuccess(report: ChildReport): boolean {
  return report.stage === 'done' && report.failure === undefined && report.devices.every(({ failure }) => failure === '');
}

/** `undefined` where nothing is kept, or a file cannot be looked at: the child then says what is wrong with it. */
async function cacheFile({ cacheFolder, environment }: Host, binaries: readonly string[]): Promise<string | undefined> {
  if (cacheFolder === undefined) return undefined;
  try {
    const identities = await Promise.all(binaries.map(identity));
    const machine = [process.version, release(), cpus()[0]?.model, nvidiaDriver(), environment['CUDA_VISIBLE_DEVICES']];
    const key = createHash('sha256').update(JSON.stringify([abiVersion, identities, machine])).digest('hex').slice(0, 32);
    return join(cacheFolder, 'native-probe', `${key}.json`);
  } catch {
    return undefined;
  }
}

async function identity(path: string): Promise<readonly unknown[]> {
  const { size, mtimeMs, ino } = await stat(path);
  return [path, size, mtimeMs, ino];
}

async function readKnown(file: string): Promise<ChildReport | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as ChildReport;
  } catch {
    return undefined;
  }
}

/** A cache that cannot be written costs time, not the backend. */
async function keep(file: string, report: ChildReport): Promise<void> {
  try {
    await mkdir(join(file, '..'), { recursive: true });
    const unfinished = `${file}.${process.pid}`;
    await writeFile(unfinished, JSON.stringify(report));
    await rename(unfinished, file);
  } catch {
    return;
  }
}

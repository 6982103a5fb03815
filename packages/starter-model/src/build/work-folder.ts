import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';

/** A folder on the checkpoint's own disk, so that the finished checkpoint can be moved into its place in one step. */
export async function makeWorkFolder(root: string): Promise<string> {
  const parent = join(root, '.cache');
  await mkdir(parent, { recursive: true });
  await removeStale(parent);
  return mkdtemp(join(parent, `build-${process.pid}-`));
}

/** Removes what builds that were killed have left. */
async function removeStale(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = Number(/^build-(\d+)-/.exec(name)?.[1] ?? NaN);
    if (pid > 0 && !isRunning(pid)) await rm(join(parent, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

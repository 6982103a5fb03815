import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { sleep } from '../http/retry.js';
import { errorCodeOf } from '../reason.js';
import { writing } from './storage-failure.js';

/** A holder touches its lock this often; one untouched for longer belongs to a machine or process that is gone. */
const heartbeatMs = 5000;
const abandonedAfterMs = 30_000;
const pollMs = 100;

/** Who holds a lock. */
interface Holder {
  readonly host: string;
  readonly pid: number;
  readonly nonce: string;
}

/**
 * Does something while no other process of ours does it for the same path. Node has no file locks that the system lets
 * go of, so that a lock is a file with its holder in it, touched while it is held; one whose holder was killed is taken
 * over. Nothing is corrupted where two should hold it after all: a partial file takes the same bytes at the same places.
 */
export async function withLock<Value>(path: string, signal: AbortSignal | undefined, work: () => Promise<Value>): Promise<Value> {
  const holder: Holder = { host: hostname(), pid: process.pid, nonce: randomUUID() };
  await writing(path, () => mkdir(dirname(path), { recursive: true }));
  while (!await writing(path, () => take(path, holder))) {
    await releaseAbandoned(path);
    await sleep(pollMs, signal, 'Waiting for another download of the same file');
  }
  const heartbeat = setInterval(() => void touch(path), heartbeatMs);
  heartbeat.unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    await release(path, holder);
  }
}

async function take(path: string, holder: Holder): Promise<boolean> {
  const handle = await open(path, 'wx').catch((error: unknown) => {
    if (errorCodeOf(error) === 'EEXIST') return undefined;
    throw error;
  });
  if (handle === undefined) return false;
  try {
    await handle.writeFile(JSON.stringify(holder));
    return true;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

async function release(path: string, { nonce }: Holder): Promise<void> {
  if ((await holderOf(path))?.nonce === nonce) await rm(path, { force: true });
}

/** Takes a lock away whose holder is gone. */
export async function releaseAbandoned(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return;
  const holder = await holderOf(path);
  const silentMs = Date.now() - found.mtimeMs;
  // A lock without a holder in it is being written this moment, or was written by someone killed at that moment.
  const gone = holder === undefined ? silentMs > heartbeatMs : silentMs > abandonedAfterMs || isDead(holder);
  if (gone) await remove(path, holder);
}

/** Renaming shows which of several processes took the lock away, and whether it was the one that was looked at. */
async function remove(path: string, abandoned: Holder | undefined): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  const renamed = await rename(path, aside).then(() => true, () => false);
  if (!renamed) return;
  const taken = await holderOf(aside);
  if (taken?.nonce !== abandoned?.nonce) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

function isDead({ host, pid }: Holder): boolean {
  if (host !== hostname()) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return errorCodeOf(error) === 'ESRCH';
  }
}

async function holderOf(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => undefined);
}

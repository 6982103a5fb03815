import { randomUUID } from 'node:crypto';
import { copyFile, link, mkdir, readdir, rename, rm, rmdir, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { HubFile, HubSnapshot } from '../hub/hub-file.js';
import { isCommit } from '../hub/hub-id.js';
import { errorCodeOf } from '../reason.js';
import { releaseAbandoned } from './blob-lock.js';
import type { ModelFolders } from './cache-layout.js';
import { writeRecord } from './snapshot-record.js';
import { writing } from './storage-failure.js';

/** An unfinished snapshot of ours that is this old belongs to nobody any more. */
const abandonedAfterMs = 60 * 60 * 1000;

/** How a snapshot's files lead to the blobs; tests choose the ones that a system may refuse. */
export interface Linker {
  symlink(target: string, path: string): Promise<void>;
  link(blob: string, path: string): Promise<void>;
}

const systemLinker: Linker = { symlink, link };

/** Makes complete blobs visible: first the snapshot, whole where it is new, then our record of it, last the ref. */
export async function publishSnapshot(
  folders: ModelFolders,
  snapshot: HubSnapshot,
  revision: string,
  linker: Linker = systemLinker,
): Promise<string> {
  const final = join(folders.snapshots, snapshot.commit);
  await writing(final, async () => {
    await mkdir(folders.snapshots, { recursive: true });
    if (!await publishWhole(folders, snapshot, final, linker)) await completeExisting(folders, snapshot, final, linker);
    await writeRecord(folders, snapshot.commit, snapshot.files);
    await writeRef(folders, revision, snapshot.commit);
    await removeAbandoned(folders);
  });
  return final;
}

/** Points a branch or a tag to a commit whose snapshot is there. A commit needs no ref. */
export async function writeRef(folders: ModelFolders, revision: string, commit: string): Promise<void> {
  if (isCommit(revision)) return;
  const path = join(folders.refs, revision);
  const unfinished = join(folders.own, `ref-${randomUUID()}`);
  await mkdir(folders.own, { recursive: true });
  await mkdir(dirname(path), { recursive: true });
  await writeFile(unfinished, commit);
  await rename(unfinished, path);
}

/** Builds the snapshot aside and renames it; `false` where there is one already, such as Python's with other files. */
async function publishWhole(folders: ModelFolders, { files }: HubSnapshot, final: string, linker: Linker): Promise<boolean> {
  if (await stat(final).catch(() => undefined) !== undefined) return false;
  const unfinished = join(folders.own, `snapshot-${randomUUID()}`);
  try {
    // As deep as the final folder, so that relative links are right in both.
    for (const file of files) await linkBlob(folders, file, join(unfinished, file.path), linker);
    await rename(unfinished, final);
    return true;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    const code = errorCodeOf(error);
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'EPERM') return false;
    throw error;
  }
}

/** Adds what an existing snapshot lacks, weights last: without them no reader takes it for complete. */
async function completeExisting(folders: ModelFolders, { files }: HubSnapshot, final: string, linker: Linker): Promise<void> {
  const ordered = [...files].sort((a, b) => Number(a.path.endsWith('.safetensors')) - Number(b.path.endsWith('.safetensors')));
  for (const file of ordered) {
    const path = join(final, file.path);
    if ((await stat(path).catch(() => undefined))?.size === file.size) continue;
    const unfinished = join(folders.own, `snapshot-${randomUUID()}`, 'file');
    await linkBlob(folders, file, unfinished, linker, path);
    await mkdir(dirname(path), { recursive: true });
    await rename(unfinished, path);
    await rmdir(dirname(unfinished));
  }
}

/** A relative symbolic link, as other tools make it; else a hard link, else a copy. */
async function linkBlob(folders: ModelFolders, file: HubFile, path: string, linker: Linker, finalPath: string = path): Promise<void> {
  const blob = join(folders.blobs, file.hash.value);
  await mkdir(dirname(path), { recursive: true });
  const attempts = [
    () => linker.symlink(relative(dirname(finalPath), blob), path),
    () => linker.link(blob, path),
  ];
  for (const attempt of attempts) {
    const failure = await attempt().then(() => undefined, (error: unknown) => ({ code: errorCodeOf(error) }));
    if (failure === undefined) return;
    if (failure.code === 'ENOSPC' || failure.code === 'EDQUOT') break;
  }
  await copyFile(blob, path);
}

/** What a killed process left; an hour is longer than linking takes. */
async function removeAbandoned({ own }: ModelFolders): Promise<void> {
  for (const name of await readdir(own).catch(() => [])) {
    const path = join(own, name);
    if (name.endsWith('.lock')) await releaseAbandoned(path);
    if (!/^(?:snapshot|record|ref)-|\.lock\./.test(name)) continue;
    const age = Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now());
    if (age > abandonedAfterMs) await rm(path, { recursive: true, force: true });
  }
}

import { mkdir, readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { CachedModel, ModelSource } from '@mlxengine/core';
import type { HubFile, HubSnapshot } from '../hub/hub-file.js';
import { folderSource } from '../source/folder-source.js';
import type { ModelStore, StoredModel } from '../store/model-store.js';
import type { PartialFile } from '../transfer/partial-file.js';
import { withLock } from './blob-lock.js';
import { idOfFolder, modelFolders, partialPath, type ModelFolders } from './cache-layout.js';
import { DiskPartialFile } from './disk-partial-file.js';
import { cachedCommit, findSnapshot, snapshotCommits } from './find-snapshot.js';
import { publishSnapshot, writeRef } from './publish-snapshot.js';
import { writing } from './storage-failure.js';

/** The standard hub cache on disk, which other tools share. */
export class DiskStore implements ModelStore {
  readonly location: string;

  constructor(cacheDirectory: string) {
    this.location = cacheDirectory;
  }

  model(id: string): StoredModel {
    return new DiskModel(id, modelFolders(this.location, id));
  }

  async list(): Promise<readonly CachedModel[]> {
    const models: CachedModel[] = [];
    for (const folder of (await readdir(this.location).catch(() => [])).sort()) {
      const id = idOfFolder(folder);
      if (id !== undefined) models.push(...await snapshotsOf(id, modelFolders(this.location, id)));
    }
    return models;
  }
}

async function snapshotsOf(id: string, folders: ModelFolders): Promise<readonly CachedModel[]> {
  const found = await Promise.all((await snapshotCommits(folders)).map((commit) => findSnapshot(folders, commit)));
  return found.filter((snapshot) => snapshot !== undefined).map(({ commit, path, files }) => (
    { id, revision: commit, path, sizeBytes: files.reduce((sum, { size }) => sum + size, 0) }
  ));
}

class DiskModel implements StoredModel {
  readonly #id: string;
  readonly #folders: ModelFolders;

  constructor(id: string, folders: ModelFolders) {
    this.#id = id;
    this.#folders = folders;
  }

  commitOf(revision: string): Promise<string | undefined> {
    return cachedCommit(this.#folders, revision);
  }

  async open(commit: string): Promise<ModelSource | undefined> {
    const found = await findSnapshot(this.#folders, commit);
    return found === undefined ? undefined : folderSource(found.path, this.#id);
  }

  async prepare(): Promise<void> {
    const { blobs } = this.#folders;
    await writing(blobs, () => mkdir(blobs, { recursive: true }));
  }

  /** What the system does not tell counts as enough: the write itself will say. */
  async freeBytes(): Promise<number> {
    try {
      const { bavail, bsize } = await statfs(this.#folders.blobs);
      return bavail * bsize;
    } catch {
      return Infinity;
    }
  }

  async has(file: HubFile): Promise<boolean> {
    const found = await stat(this.#blob(file)).catch(() => undefined);
    return found?.isFile() === true && found.size === file.size;
  }

  async partialBytes({ hash }: HubFile): Promise<number> {
    return (await stat(partialPath(this.#folders, hash.value)).catch(() => undefined))?.size ?? 0;
  }

  openPartial(file: HubFile): PartialFile {
    return new DiskPartialFile(partialPath(this.#folders, file.hash.value), this.#blob(file));
  }

  async removePartials(files: readonly HubFile[]): Promise<void> {
    await Promise.all(files.map(({ hash }) => rm(partialPath(this.#folders, hash.value), { force: true })));
  }

  exclusively({ hash }: HubFile, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    return withLock(join(this.#folders.own, `${hash.value}.lock`), signal, work);
  }

  async publish(snapshot: HubSnapshot, revision: string): Promise<ModelSource> {
    return folderSource(await publishSnapshot(this.#folders, snapshot, revision), this.#id);
  }

  /** A cache that may only be read serves as well without the ref. */
  async point(revision: string, commit: string): Promise<void> {
    await writeRef(this.#folders, revision, commit).catch(() => undefined);
  }

  #blob({ hash }: HubFile): string {
    return join(this.#folders.blobs, hash.value);
  }
}

import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, stat, statfs } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  DownloadError,
  StorageError,
  throwIfAborted,
  type CachedModel,
  type Downloader,
  type DownloadOptions,
  type ModelSource,
} from '@mlxengine/core';
import { withLock } from './cache/blob-lock.js';
import { idOfFolder, modelFolders, partialPath, type ModelFolders } from './cache/cache-layout.js';
import { DiskPartialFile } from './cache/disk-partial-file.js';
import { cachedCommit, findSnapshot, snapshotCommits } from './cache/find-snapshot.js';
import { publishSnapshot, writeRef } from './cache/publish-snapshot.js';
import { writing } from './cache/storage-failure.js';
import type { DownloaderOptions } from './downloader-options.js';
import type { Fetch } from './http/exchange.js';
import { defaultRetryPolicy, type RetryPolicy } from './http/retry.js';
import { listSnapshot, resolveCommit } from './hub/hub-api.js';
import { fetchWithToken, followRedirects, type HubConnection } from './hub/hub-connection.js';
import type { HubFile } from './hub/hub-file.js';
import { checkHubId, checkRevision, defaultRevision } from './hub/hub-id.js';
import { hubLibrary } from './hub/hub-library-node.js';
import { cacheDirectoryOf, checkEndpoint, cleanToken, endpointOf, isOffline, tokenOf, type Environment } from './node-environment.js';
import { folderSource } from './source/folder-source.js';
import type { CreateHasher } from './transfer/hasher.js';
import type { PartialFile } from './transfer/partial-file.js';
import { ProgressMeter } from './transfer/progress-meter.js';
import { runParallel } from './transfer/run-parallel.js';
import { transferFile } from './transfer/transfer-file.js';

/** Files under way at once. */
const parallelFiles = 4;

/** What tests put in the place of the world. */
export interface DownloaderSurroundings {
  readonly environment?: Environment;
  readonly fetch?: Fetch;
  readonly policy?: RetryPolicy;
  /** Default: files on disk. */
  readonly openPartial?: (path: string, finalPath: string) => PartialFile;
  /** Bytes that are free for a folder. */
  readonly freeBytes?: (folder: string) => Promise<number>;
}

const createHasher: CreateHasher = (algorithm) => {
  const hash = createHash(algorithm);
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
};

/** Downloads into the standard hub cache on disk. */
export class NodeDownloader implements Downloader {
  readonly specificationVersion = 'v1';
  readonly #options: DownloaderOptions;
  readonly #surroundings: Required<DownloaderSurroundings>;
  readonly #cacheDirectory: string;
  readonly #endpoint: string;
  readonly #offline: boolean;

  constructor(options: DownloaderOptions, surroundings: DownloaderSurroundings = {}) {
    const environment = surroundings.environment ?? process.env;
    this.#options = options;
    this.#surroundings = {
      environment,
      fetch: (url, init) => globalThis.fetch(url, init),
      policy: defaultRetryPolicy,
      openPartial: (path, finalPath) => new DiskPartialFile(path, finalPath),
      freeBytes,
      ...surroundings,
    };
    this.#cacheDirectory = resolve(options.cacheDirectory ?? cacheDirectoryOf(environment));
    this.#endpoint = options.endpoint === undefined ? endpointOf(environment, hubLibrary.defaultEndpoint) : checkEndpoint(options.endpoint);
    this.#offline = options.offline ?? isOffline(environment);
  }

  async cached(id: string, { revision = defaultRevision }: { readonly revision?: string } = {}): Promise<ModelSource | undefined> {
    const folders = this.#foldersOf(id, revision);
    const commit = await cachedCommit(folders, revision);
    const found = commit === undefined ? undefined : await findSnapshot(folders, commit);
    return found === undefined ? undefined : folderSource(found.path, id);
  }

  async download(id: string, options: DownloadOptions = {}): Promise<ModelSource> {
    const { revision = defaultRevision, signal } = options;
    throwIfAborted(signal, `Downloading ${id}`);
    const here = await this.cached(id, { revision });
    if (here !== undefined) return here;
    if (this.#offline) throw new DownloadError('download.offline', { model: id, cache: this.#cacheDirectory });
    const hub = await this.#connect();
    const folders = modelFolders(this.#cacheDirectory, id);
    const query = { id, revision, signal };
    const commit = await resolveCommit(hubLibrary, hub, query);
    const complete = await findSnapshot(folders, commit);
    if (complete !== undefined) {
      // A cache that may only be read is as good.
      await writeRef(folders, revision, commit).catch(() => undefined);
      return folderSource(complete.path, id);
    }
    const snapshot = await listSnapshot(hubLibrary, hub, query, commit);
    try {
      await this.#fetchBlobs(hub, folders, snapshot, options);
    } catch (error) {
      if (StorageError.isInstance(error) && error.code === 'storage.disk-full') await removePartials(folders, snapshot.files);
      throw error;
    }
    throwIfAborted(signal, `Downloading ${id}`);
    return folderSource(await publishSnapshot(folders, snapshot, revision), id);
  }

  async list(): Promise<readonly CachedModel[]> {
    const models: CachedModel[] = [];
    for (const folder of (await readdir(this.#cacheDirectory).catch(() => [])).sort()) {
      const id = idOfFolder(folder);
      if (id === undefined) continue;
      const folders = modelFolders(this.#cacheDirectory, id);
      for (const commit of await snapshotCommits(folders)) {
        const found = await findSnapshot(folders, commit);
        if (found === undefined) continue;
        const sizeBytes = found.files.reduce((sum, { size }) => sum + size, 0);
        models.push({ id, revision: commit, path: found.path, sizeBytes });
      }
    }
    return models;
  }

  async #connect(): Promise<HubConnection> {
    const { environment, fetch, policy } = this.#surroundings;
    const { token: given } = this.#options;
    const token = given === undefined ? await tokenOf(environment) : cleanToken(given);
    const endpoint = this.#endpoint;
    return { endpoint, token, policy, fetch: followRedirects(fetchWithToken(fetch, endpoint, token)) };
  }

  async #fetchBlobs(
    hub: HubConnection,
    folders: ModelFolders,
    { id, commit, files }: Parameters<typeof publishSnapshot>[1],
    { onProgress, signal }: DownloadOptions,
  ): Promise<void> {
    const { openPartial } = this.#surroundings;
    await writing(folders.blobs, () => mkdir(folders.blobs, { recursive: true }));
    await this.#checkSpace(folders, files);
    const meter = new ProgressMeter(files, onProgress);
    await runParallel(files, parallelFiles, signal, async (file, stop) => {
      const blob = join(folders.blobs, file.hash.value);
      if (!await isBlob(blob, file)) {
        await withLock(join(folders.own, `${file.hash.value}.lock`), stop, async () => {
          // Another process may have brought it while this one waited.
          if (await isBlob(blob, file)) return;
          const partial = openPartial(partialPath(folders, file.hash.value), blob);
          const onLoaded = (bytes: number): void => meter.update(file, bytes);
          await transferFile({ hub, model: id, commit, file, partial, createHasher, signal: stop, onLoaded });
        });
      }
      meter.update(file, file.size);
    });
  }

  /** Before the first byte, so that a disk is not filled in vain. */
  async #checkSpace(folders: ModelFolders, files: readonly HubFile[]): Promise<void> {
    let neededBytes = 0;
    for (const file of files) {
      const blob = join(folders.blobs, file.hash.value);
      if (await isBlob(blob, file)) continue;
      neededBytes += Math.max(0, file.size - await sizeOf(partialPath(folders, file.hash.value)));
    }
    if (neededBytes > await this.#surroundings.freeBytes(folders.blobs)) {
      throw new StorageError('storage.disk-full', { path: folders.blobs });
    }
  }

  #foldersOf(id: string, revision: string): ModelFolders {
    checkHubId(id);
    checkRevision(id, revision);
    return modelFolders(this.#cacheDirectory, id);
  }
}

/** A full disk is full for everyone on it: what this download began goes away. */
async function removePartials(folders: ModelFolders, files: readonly HubFile[]): Promise<void> {
  await Promise.all(files.map(({ hash }) => rm(partialPath(folders, hash.value), { force: true })));
}

async function isBlob(path: string, file: HubFile): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true && found.size === file.size;
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

/** What the system does not tell counts as enough: the write itself will say. */
async function freeBytes(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return Infinity;
  }
}

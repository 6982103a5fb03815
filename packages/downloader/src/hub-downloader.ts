import {
  DownloadError,
  StorageError,
  throwIfAborted,
  type CachedModel,
  type Downloader,
  type DownloadOptions,
  type ModelSource,
} from '@mlxengine/core';
import { listSnapshot, resolveCommit } from './hub/hub-api.js';
import type { HubConnection } from './hub/hub-connection.js';
import type { HubFile, HubSnapshot } from './hub/hub-file.js';
import { checkHubId, checkRevision, defaultRevision } from './hub/hub-id.js';
import type { HubLibrary } from './hub/hub-library.js';
import type { ModelStore, StoredModel } from './store/model-store.js';
import type { CreateHasher } from './transfer/hasher.js';
import { ProgressMeter } from './transfer/progress-meter.js';
import { runParallel } from './transfer/run-parallel.js';
import { transferFile } from './transfer/transfer-file.js';

/** Files under way at once. */
const parallelFiles = 4;

/** What a downloader is made of on a platform. */
export interface HubDownloaderParts {
  readonly store: ModelStore;
  readonly library: HubLibrary;
  readonly createHasher: CreateHasher;
  /** Whether the network is switched off. */
  readonly offline: boolean;
  connect(): Promise<HubConnection>;
}

/** Downloads from a hub into a store, on any platform. */
export class HubDownloader implements Downloader {
  readonly specificationVersion = 'v1';
  readonly #parts: HubDownloaderParts;

  constructor(parts: HubDownloaderParts) {
    this.#parts = parts;
  }

  async cached(id: string, { revision = defaultRevision }: { readonly revision?: string } = {}): Promise<ModelSource | undefined> {
    checkHubId(id);
    checkRevision(id, revision);
    const model = this.#parts.store.model(id);
    const commit = await model.commitOf(revision);
    return commit === undefined ? undefined : model.open(commit);
  }

  async download(id: string, options: DownloadOptions = {}): Promise<ModelSource> {
    const { revision = defaultRevision, signal } = options;
    const operation = `Downloading ${id}`;
    throwIfAborted(signal, operation);
    const here = await this.cached(id, { revision });
    if (here !== undefined) return here;
    const { store, library, offline } = this.#parts;
    if (offline) throw new DownloadError('download.offline', { model: id, cache: store.location });
    const model = store.model(id);
    const hub = await this.#parts.connect();
    const query = { id, revision, signal };
    const commit = await resolveCommit(library, hub, query);
    const complete = await model.open(commit);
    if (complete !== undefined) {
      await model.point(revision, commit);
      return complete;
    }
    const snapshot = await listSnapshot(library, hub, query, commit);
    await this.#fetchAll(hub, model, snapshot, options);
    throwIfAborted(signal, operation);
    return model.publish(snapshot, revision);
  }

  list(): Promise<readonly CachedModel[]> {
    return this.#parts.store.list();
  }

  async #fetchAll(hub: HubConnection, model: StoredModel, snapshot: HubSnapshot, options: DownloadOptions): Promise<void> {
    const { files } = snapshot;
    const meter = new ProgressMeter(files, options.onProgress);
    await model.prepare();
    await checkSpace(model, files, this.#parts.store.location);
    const stop = options.signal === undefined ? meter.signal : AbortSignal.any([options.signal, meter.signal]);
    try {
      await runParallel(files, parallelFiles, stop, async (file, signal) => {
        if (!await model.has(file)) {
          // Another process may bring it while this one waits for its turn.
          await model.exclusively(file, signal, async () => {
            if (!await model.has(file)) await this.#fetch(hub, model, snapshot, file, meter, signal);
          });
        }
        meter.update(file, file.size);
      });
    } catch (error) {
      if (meter.signal.aborted) throw meter.signal.reason;
      // A full disk is full for everyone on it: what this download began goes away.
      if (StorageError.isInstance(error) && error.code === 'storage.disk-full') await model.removePartials(files);
      throw error;
    }
    // The last report may have been the one that failed.
    if (meter.signal.aborted) throw meter.signal.reason;
  }

  #fetch(
    hub: HubConnection,
    model: StoredModel,
    { id, commit }: HubSnapshot,
    file: HubFile,
    meter: ProgressMeter,
    signal: AbortSignal,
  ): Promise<void> {
    const { createHasher } = this.#parts;
    const onLoaded = (bytes: number): void => meter.update(file, bytes);
    return transferFile({ hub, model: id, commit, file, partial: model.openPartial(file), createHasher, signal, onLoaded });
  }
}

/** Before the first byte, so that a disk is not filled in vain. */
async function checkSpace(model: StoredModel, files: readonly HubFile[], location: string): Promise<void> {
  let neededBytes = 0;
  for (const file of files) {
    if (!await model.has(file)) neededBytes += Math.max(0, file.size - await model.partialBytes(file));
  }
  if (neededBytes > await model.freeBytes()) throw new StorageError('storage.disk-full', { path: location });
}

import { AbortedError, type CachedModel, type ModelSource } from '@mlxengine/core';
import type { HubFile, HubSnapshot } from '../hub/hub-file.js';
import { isCommit } from '../hub/hub-id.js';
import type { ModelStore, StoredModel } from '../store/model-store.js';
import type { PartialFile } from '../transfer/partial-file.js';
import { openPrivateFolder, removeFile, sizeOfFile } from './opfs-files.js';
import { changeIndex, readIndex } from './opfs-index.js';
import { OpfsPartialFile } from './opfs-partial-file.js';
import { opfsSource } from './opfs-source.js';

/** Models in the page's private file system: a folder a model, in it files by their hashes and an index. */
export class OpfsStore implements ModelStore {
  readonly location: string;

  /** @param folder - name of the folder that holds all models */
  constructor(folder: string) {
    this.location = folder;
  }

  model(id: string): StoredModel {
    return new OpfsModel(id, async () => (await openPrivateFolder(this.location)).getDirectoryHandle(folderOf(id), { create: true }));
  }

  async list(): Promise<readonly CachedModel[]> {
    const models: CachedModel[] = [];
    const root = await openPrivateFolder(this.location);
    for await (const [name, handle] of root.entries()) {
      if (handle.kind !== 'directory' || !name.includes('--')) continue;
      const id = name.replace('--', '/');
      for (const [commit, files] of Object.entries((await readIndex(handle)).snapshots)) {
        if (await this.model(id).open(commit) === undefined) continue;
        models.push({ id, revision: commit, sizeBytes: files.reduce((sum, { size }) => sum + size, 0) });
      }
    }
    return models.sort((a, b) => (a.id < b.id ? -1 : 1));
  }
}

class OpfsModel implements StoredModel {
  readonly #id: string;
  readonly #openFolder: () => Promise<FileSystemDirectoryHandle>;
  #folder: Promise<FileSystemDirectoryHandle> | undefined;
  #opened: FileSystemDirectoryHandle | undefined;

  constructor(id: string, openFolder: () => Promise<FileSystemDirectoryHandle>) {
    this.#id = id;
    this.#openFolder = openFolder;
  }

  async commitOf(revision: string): Promise<string | undefined> {
    if (isCommit(revision)) return revision;
    const { refs } = await readIndex(await this.#use());
    return Object.hasOwn(refs, revision) ? refs[revision] : undefined;
  }

  async open(commit: string): Promise<ModelSource | undefined> {
    const folder = await this.#use();
    const { snapshots } = await readIndex(folder);
    const files = Object.hasOwn(snapshots, commit) ? snapshots[commit] : undefined;
    if (files === undefined) return undefined;
    for (const { hash, size } of files) {
      if (await sizeOfFile(folder, hash.value) !== size) return undefined;
    }
    return opfsSource(folder, this.#id, files);
  }

  async prepare(): Promise<void> {
    this.#opened = await this.#use();
  }

  async freeBytes(): Promise<number> {
    const { quota, usage = 0 } = await navigator.storage.estimate();
    return quota === undefined ? Infinity : quota - usage;
  }

  async has({ hash, size }: HubFile): Promise<boolean> {
    return await sizeOfFile(await this.#use(), hash.value) === size;
  }

  async partialBytes({ hash }: HubFile): Promise<number> {
    return await sizeOfFile(await this.#use(), partialName(hash.value)) ?? 0;
  }

  openPartial({ hash }: HubFile): PartialFile {
    return new OpfsPartialFile(this.#opened as FileSystemDirectoryHandle, partialName(hash.value), hash.value);
  }

  async removePartials(files: readonly HubFile[]): Promise<void> {
    const folder = await this.#use();
    for (const { hash } of files) await removeFile(folder, partialName(hash.value));
  }

  async exclusively({ hash }: HubFile, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    await locked(`${this.#id}/${hash.value}`, signal, work);
  }

  async publish({ commit, files }: HubSnapshot, revision: string): Promise<ModelSource> {
    const folder = await this.#use();
    await this.#change((index) => ({ ...index, snapshots: { ...index.snapshots, [commit]: files } }));
    await this.point(revision, commit);
    return opfsSource(folder, this.#id, files);
  }

  async point(revision: string, commit: string): Promise<void> {
    if (isCommit(revision)) return;
    await this.#change((index) => ({ ...index, refs: { ...index.refs, [revision]: commit } }));
  }

  async #change(change: Parameters<typeof changeIndex>[1]): Promise<void> {
    const folder = await this.#use();
    await locked(`${this.#id}/index`, undefined, () => changeIndex(folder, change));
  }

  #use(): Promise<FileSystemDirectoryHandle> {
    return (this.#folder ??= this.#openFolder());
  }
}

/** Other pages of the site share the file system, so that a lock of this page would not do. */
async function locked(name: string, signal: AbortSignal | undefined, work: () => Promise<void>): Promise<void> {
  try {
    await navigator.locks.request(`mlxengine:${name}`, signal === undefined ? {} : { signal }, work);
  } catch (error) {
    if (signal?.aborted !== true || !(error instanceof DOMException)) throw error;
    throw new AbortedError('aborted.operation', { operation: 'Waiting for another download of the same file' }, { cause: signal.reason });
  }
}

function folderOf(id: string): string {
  return id.replace('/', '--');
}

function partialName(hash: string): string {
  return `${hash}.partial`;
}

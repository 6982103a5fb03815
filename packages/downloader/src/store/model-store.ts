import type { CachedModel, ModelSource } from '@mlxengine/core';
import type { HubFile, HubSnapshot } from '../hub/hub-file.js';
import type { PartialFile } from '../transfer/partial-file.js';

/** Where models are kept: the hub cache on disk, or a browser's private file system. */
export interface ModelStore {
  /** Where it is, for messages. */
  readonly location: string;
  /** One model of the store, there or not. */
  model(id: string): StoredModel;
  /** All complete models. */
  list(): Promise<readonly CachedModel[]>;
}

/** What a store has of one model. Files are kept by their hashes, and a snapshot says which of them it has by what names. */
export interface StoredModel {
  /** The commit that a revision is, as far as the store knows. */
  commitOf(revision: string): Promise<string | undefined>;
  /** The snapshot of a commit; `undefined` where it is not complete. */
  open(commit: string): Promise<ModelSource | undefined>;
  /** Makes room for files. */
  prepare(): Promise<void>;
  /** Bytes that may still be written. */
  freeBytes(): Promise<number>;
  /** Whether a file is here, complete. */
  has(file: HubFile): Promise<boolean>;
  /** Bytes that an earlier try left of a file. */
  partialBytes(file: HubFile): Promise<number>;
  openPartial(file: HubFile): PartialFile;
  removePartials(files: readonly HubFile[]): Promise<void>;
  /** Works while nobody else does so for the same file. */
  exclusively(file: HubFile, signal: AbortSignal, work: () => Promise<void>): Promise<void>;
  /** Makes a snapshot whose files are all here visible, and the revision lead to it. */
  publish(snapshot: HubSnapshot, revision: string): Promise<ModelSource>;
  /** Makes a revision lead to a snapshot that is here, where the store can be written. */
  point(revision: string, commit: string): Promise<void>;
}

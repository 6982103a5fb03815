import type { ModelSource } from './model-source.js';

/** How far a download is. */
export interface DownloadProgress {
  /** File that last made progress, relative to the model's root. */
  readonly file: string;
  /** Bytes on disk so far, of all files of this download. */
  readonly loadedBytes: number;
  /** Bytes of all files of this download. */
  readonly totalBytes: number;
}

/** What to download and how. */
export interface DownloadOptions {
  /** Branch, tag or commit; default `main`. */
  readonly revision?: string;
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly signal?: AbortSignal;
}

/** A model that is on this machine. */
export interface CachedModel {
  /** Hub id, `owner/name`. */
  readonly id: string;
  /** Commit of the snapshot. */
  readonly revision: string;
  /** Folder of the snapshot, where there is one. */
  readonly path?: string;
  /** Bytes of its files. */
  readonly sizeBytes: number;
}

/** Gets models from a hub and knows which ones are here. */
export interface Downloader {
  readonly specificationVersion: 'v1';
  /**
   * Makes a model available, from the cache where it is complete, else from the hub. Never leaves a half-written file
   * under a final name.
   * @throws `DownloadError`, `ModelNotFoundError`, `StorageError`; `AbortedError` by the signal.
   */
  download(id: string, options?: DownloadOptions): Promise<ModelSource>;
  /** A model from the cache alone; `undefined` where it is not complete there. */
  cached(id: string, options?: { readonly revision?: string }): Promise<ModelSource | undefined>;
  /** All complete models of the cache. */
  list(): Promise<readonly CachedModel[]>;
}

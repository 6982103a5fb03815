import type { DownloadProgress } from '@mlxengine/core';
import type { HubFile } from '../hub/hub-file.js';

/** More reports a second help nobody. */
const reportEveryMs = 50;

/** Adds up the bytes of all files of a download and reports them now and then. */
export class ProgressMeter {
  readonly #totalBytes: number;
  readonly #report: ((progress: DownloadProgress) => void) | undefined;
  readonly #loaded = new Map<string, number>();
  #loadedBytes = 0;
  #reportedAt = 0;
  readonly #stop = new AbortController();

  constructor(files: readonly HubFile[], report: ((progress: DownloadProgress) => void) | undefined) {
    this.#totalBytes = files.reduce((sum, { size }) => sum + size, 0);
    this.#report = report;
  }

  /** Fires where the report itself failed, which is no failure of the network; its reason is what it threw. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Says how many bytes of a file are here. */
  update({ path, size }: HubFile, loaded: number): void {
    this.#loadedBytes += loaded - (this.#loaded.get(path) ?? 0);
    this.#loaded.set(path, loaded);
    const now = Date.now();
    if (loaded < size && now - this.#reportedAt < reportEveryMs) return;
    this.#reportedAt = now;
    try {
      this.#report?.({ file: path, loadedBytes: this.#loadedBytes, totalBytes: this.#totalBytes });
    } catch (error) {
      this.#stop.abort(error);
    }
  }
}

import { createReadStream } from 'node:fs';
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import type { PartialFile } from '../transfer/partial-file.js';
import { writing } from './storage-failure.js';

const readBytes = 1024 * 1024;

/** A partial file on disk. Bytes go to their places, not to the end, so that two writers of one file can do no harm. */
export class DiskPartialFile implements PartialFile {
  readonly #path: string;
  readonly #finalPath: string;
  #handle: FileHandle | undefined;
  #size: number | undefined;

  constructor(path: string, finalPath: string) {
    this.#path = path;
    this.#finalPath = finalPath;
  }

  async size(): Promise<number> {
    this.#size ??= (await stat(this.#path).catch(() => undefined))?.size ?? 0;
    return this.#size;
  }

  async *read(): AsyncGenerator<Uint8Array, void, undefined> {
    const size = await this.size();
    if (size === 0) return;
    yield* createReadStream(this.#path, { end: size - 1, highWaterMark: readBytes }) as AsyncIterable<Uint8Array>;
  }

  async append(bytes: Uint8Array): Promise<void> {
    const start = await this.size();
    await writing(this.#path, async () => {
      const handle = await this.#open();
      for (let done = 0; done < bytes.byteLength;) {
        done += (await handle.write(bytes, done, bytes.byteLength - done, start + done)).bytesWritten;
      }
    });
    this.#size = start + bytes.byteLength;
  }

  async clear(): Promise<void> {
    await this.#release();
    await writing(this.#path, () => rm(this.#path, { force: true }));
    this.#size = 0;
  }

  async publish(): Promise<void> {
    await writing(this.#finalPath, async () => {
      const handle = await this.#open();
      // What may be left beyond the end by a writer of old.
      await handle.truncate(await this.size());
      await handle.sync();
      await this.#release();
      await rename(this.#path, this.#finalPath);
    });
  }

  async close(): Promise<void> {
    await this.#release();
  }

  async #open(): Promise<FileHandle> {
    this.#handle ??= await open(this.#path, 'r+').catch(() => open(this.#path, 'w+'));
    return this.#handle;
  }

  async #release(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }
}

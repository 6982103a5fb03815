import type { PartialFile } from '../transfer/partial-file.js';
import { findFile, opfsFailure, removeFile, renameFile } from './opfs-files.js';

/** A partial file in the private file system. What is written lasts once the file is let go of, also after a failure. */
export class OpfsPartialFile implements PartialFile {
  readonly #folder: FileSystemDirectoryHandle;
  readonly #name: string;
  readonly #finalName: string;
  #writable: FileSystemWritableFileStream | undefined;
  #size: number | undefined;

  constructor(folder: FileSystemDirectoryHandle, name: string, finalName: string) {
    this.#folder = folder;
    this.#name = name;
    this.#finalName = finalName;
  }

  async size(): Promise<number> {
    this.#size ??= (await (await findFile(this.#folder, this.#name))?.getFile())?.size ?? 0;
    return this.#size;
  }

  async *read(): AsyncGenerator<Uint8Array, void, undefined> {
    const file = await (await findFile(this.#folder, this.#name))?.getFile();
    const reader = file?.stream().getReader();
    for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read()) yield part.value;
  }

  async append(bytes: Uint8Array): Promise<void> {
    const position = await this.size();
    try {
      const writable = await this.#open();
      await writable.write({ type: 'write', position, data: bytes as Uint8Array<ArrayBuffer> });
    } catch (error) {
      throw opfsFailure(this.#finalName, error, 'write');
    }
    this.#size = position + bytes.byteLength;
  }

  async clear(): Promise<void> {
    const writable = this.#writable;
    this.#writable = undefined;
    await writable?.abort().catch(() => undefined);
    await removeFile(this.#folder, this.#name);
    this.#size = 0;
  }

  async publish(): Promise<void> {
    try {
      await (await this.#open()).close();
      this.#writable = undefined;
      await removeFile(this.#folder, this.#finalName);
      await renameFile(this.#folder, this.#name, this.#finalName);
    } catch (error) {
      throw opfsFailure(this.#finalName, error, 'write');
    }
  }

  async close(): Promise<void> {
    const writable = this.#writable;
    this.#writable = undefined;
    // After a failed write there is nothing to keep.
    await writable?.close().catch(() => undefined);
  }

  async #open(): Promise<FileSystemWritableFileStream> {
    if (this.#writable === undefined) {
      const file = await this.#folder.getFileHandle(this.#name, { create: true });
      this.#writable = await file.createWritable({ keepExistingData: true });
    }
    return this.#writable;
  }
}

import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelFile, ModelSource, ReadOptions } from '@mlxengine/core';

/** The files of a folder; for tests that other programs prepare. */
export class FolderSource implements ModelSource {
  readonly name: string;

  constructor(folder: string) {
    this.name = folder;
  }

  async list(): Promise<readonly ModelFile[]> {
    const paths = await readdir(this.name);
    return Promise.all(paths.map(async (path) => ({ path, size: (await stat(join(this.name, path))).size })));
  }

  async read(path: string, { offset = 0, length }: ReadOptions = {}): Promise<Uint8Array> {
    await using file = await open(join(this.name, path));
    const bytes = new Uint8Array(length ?? (await file.stat()).size - offset);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, offset);
    return bytes.subarray(0, bytesRead);
  }

  localPath(path: string): string {
    return join(this.name, path);
  }
}

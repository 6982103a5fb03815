import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelFile, ModelSource, ReadOptions } from '@mlxengine/core';

/** The files of a folder, for checkpoints and adapters that a test made. */
export class FolderSource implements ModelSource {
  readonly name: string;

  constructor(folder: string) {
    this.name = folder;
  }

  async list(): Promise<readonly ModelFile[]> {
    const entries = (await readdir(this.name, { withFileTypes: true })).filter((entry) => entry.isFile());
    return Promise.all(entries.map(async ({ name }) => ({ path: name, size: (await stat(this.localPath(name))).size })));
  }

  async read(path: string, { offset = 0, length }: ReadOptions = {}): Promise<Uint8Array> {
    const handle = await open(this.localPath(path));
    try {
      const bytes = new Uint8Array(length ?? (await handle.stat()).size - offset);
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, offset);
      return bytes.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  }

  localPath(path: string): string {
    return join(this.name, path);
  }
}

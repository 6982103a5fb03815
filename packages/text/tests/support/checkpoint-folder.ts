import { readdir, readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ModelSource } from '@mlxengine/core';

/** The starter model's checkpoint, which its build leaves there. */
export const starterCheckpoint: string = resolve(import.meta.dirname, '../../../starter-model/checkpoint');

/** A folder as a source, for tests: text may not know the downloader. */
export function folderSource(folder: string): ModelSource {
  return {
    name: folder,
    list: async () => Promise.all((await readdir(folder)).map(async (path) => ({ path, size: (await stat(resolve(folder, path))).size }))),
    read: async (path) => new Uint8Array(await readFile(resolve(folder, path))),
  };
}

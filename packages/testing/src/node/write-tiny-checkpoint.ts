import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTinyCheckpoint, type TinyCheckpointOptions } from '../tiny-checkpoint/create-tiny-checkpoint.js';

/** Writes the files of a tiny model into a folder, which is made where it is missing. */
export async function writeTinyCheckpoint(folder: string, options: TinyCheckpointOptions = {}): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [path, bytes] of createTinyCheckpoint(options)) await writeFile(join(folder, path), bytes);
}

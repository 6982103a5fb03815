import { mkdir, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CheckpointSink } from '@mlxengine/models';
import { storageErrorOf } from './storage-error.js';

/**
 * Writes a file chunk by chunk. A failure leaves no file.
 * @throws `StorageError`, with a code of its own for a full disk; errors of `chunks` as they are
 */
export async function writeFile(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await using file = await open(path, 'wx');
    for await (const chunk of chunks) await writeAll(file, chunk);
    await file.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw storageErrorOf(error, path) ?? error;
  }
}

/** One write may take only a part, as on a disk that is nearly full. */
async function writeAll(file: Awaited<ReturnType<typeof open>>, chunk: Uint8Array): Promise<void> {
  for (let done = 0; done < chunk.length;) {
    const { bytesWritten } = await file.write(chunk, done);
    done += bytesWritten;
  }
}

/** Files of a checkpoint in a folder. */
export function folderSink(folder: string): CheckpointSink {
  return { write: (path, chunks) => writeFile(join(folder, path), chunks) };
}

import type { Dirent } from 'node:fs';
import { open, readdir, stat, type FileHandle } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  ModelNotFoundError,
  StorageError,
  throwIfAborted,
  type ModelFile,
  type ModelSource,
  type ReadOptions,
} from '@mlxengine/core';
import { errorCodeOf, reasonOf } from '../reason.js';
import { rangeWithin } from './read-range.js';
import { isSafePath } from './safe-path.js';

/** A checkpoint is flat, but for a few kinds of model with a folder or two. */
const deepestFolder = 4;
/** One read call of Node takes less than 2 GiB; between calls an abort is noticed. */
const readChunkBytes = 64 * 1024 * 1024;

/**
 * The files of a folder as a model. Links to files are followed wherever they lead, since whoever can make a link in the
 * folder can put the file there too; links to folders are not.
 * @param path - the folder; a relative one is taken from the working directory
 * @throws `ModelNotFoundError` where there is no such folder, `StorageError` where it cannot be looked at
 */
export async function openFolder(path: string): Promise<ModelSource> {
  const folder = resolve(path);
  let isDirectory: boolean;
  try {
    isDirectory = (await stat(folder)).isDirectory();
  } catch (cause) {
    const absent = ['ENOENT', 'ENOTDIR'].includes(errorCodeOf(cause) ?? '');
    if (absent) throw new ModelNotFoundError('model.no-folder', { path: folder }, { cause });
    throw new StorageError('storage.read-failed', { path: folder, reason: reasonOf(cause) }, { cause });
  }
  if (!isDirectory) throw new ModelNotFoundError('model.not-a-folder', { path: folder });
  return folderSource(folder, path);
}

/** Like {@link openFolder} for a folder that is known to exist, under a name of its own. */
export function folderSource(folder: string, name: string): ModelSource {
  return {
    name,
    async list({ signal } = {}) {
      throwIfAborted(signal, `Listing ${name}`);
      return listFolder(folder);
    },
    read: (path, options = {}) => readFile(folder, name, path, options),
    localPath: (path) => (isSafePath(path) ? join(folder, path) : undefined),
  };
}

/** Files of a folder with sizes, links followed; dangling links and hidden folders left out. */
export async function listFolder(folder: string): Promise<readonly ModelFile[]> {
  const files: ModelFile[] = [];
  const pending = [{ prefix: '', depth: 0 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { prefix, depth } = next;
    for (const entry of await readFolder(join(folder, prefix))) {
      const path = prefix + entry.name;
      if (entry.isDirectory()) {
        if (depth < deepestFolder && !entry.name.startsWith('.')) pending.push({ prefix: `${path}/`, depth: depth + 1 });
        continue;
      }
      const size = await fileSize(join(folder, path));
      if (size !== undefined) files.push({ path, size });
    }
  }
  return files;
}

async function readFolder(path: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (cause) {
    throw new StorageError('storage.read-failed', { path, reason: reasonOf(cause) }, { cause });
  }
}

/** Size of the file that a path leads to; `undefined` where it leads to no file. */
async function fileSize(path: string): Promise<number | undefined> {
  try {
    const found = await stat(path);
    return found.isFile() ? found.size : undefined;
  } catch {
    return undefined;
  }
}

async function readFile(folder: string, name: string, path: string, options: ReadOptions): Promise<Uint8Array> {
  throwIfAborted(options.signal, `Reading ${path}`);
  if (!isSafePath(path)) throw new ModelNotFoundError('model.no-file', { model: name, file: path });
  const file = join(folder, path);
  let handle: FileHandle | undefined;
  try {
    handle = await open(file);
    const found = await handle.stat();
    if (!found.isFile()) throw new ModelNotFoundError('model.no-file', { model: name, file: path });
    return await readRange(handle, file, found.size, options);
  } catch (error) {
    throw asReadError(error, name, path, file);
  } finally {
    await handle?.close();
  }
}

async function readRange(handle: FileHandle, file: string, size: number, options: ReadOptions): Promise<Uint8Array> {
  const { offset, length } = rangeWithin(file, size, options);
  const bytes = options.into?.length === length ? options.into : new Uint8Array(length);
  let done = 0;
  while (done < length) {
    throwIfAborted(options.signal, `Reading ${file}`);
    const count = Math.min(readChunkBytes, length - done);
    const { bytesRead } = await handle.read(bytes, done, count, offset + done);
    // The file was cut off since its size was taken.
    if (bytesRead === 0) throw new StorageError('storage.too-short', { path: file, found: offset + done, expected: offset + length });
    done += bytesRead;
  }
  return bytes;
}

function asReadError(error: unknown, name: string, path: string, file: string): unknown {
  const code = errorCodeOf(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new ModelNotFoundError('model.no-file', { model: name, file: path }, { cause: error });
  }
  // Errors of the system carry a system call; ours do not.
  if (!(error instanceof Error) || !('syscall' in error)) return error;
  return new StorageError('storage.read-failed', { path: file, reason: reasonOf(error) }, { cause: error });
}

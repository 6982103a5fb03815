import { StorageError } from '@mlxengine/core';
import { reasonOf } from '../reason.js';

/** What browsers have besides the standard's types. */
interface MovableFile extends FileSystemFileHandle {
  move?(name: string): Promise<void>;
}

/**
 * The page's private file system.
 * @throws `StorageError` where the browser gives none
 */
export async function openPrivateFolder(name: string): Promise<FileSystemDirectoryHandle> {
  const storage = (globalThis as { readonly navigator?: Navigator }).navigator?.storage;
  if (typeof storage?.getDirectory !== 'function') throw new StorageError('storage.unavailable', {});
  try {
    return await (await storage.getDirectory()).getDirectoryHandle(name, { create: true });
  } catch (cause) {
    throw new StorageError('storage.unavailable', {}, { cause });
  }
}

/** A file of a folder; `undefined` where there is none. */
export async function findFile(folder: FileSystemDirectoryHandle, name: string): Promise<FileSystemFileHandle | undefined> {
  try {
    return await folder.getFileHandle(name);
  } catch (error) {
    if (error instanceof DOMException && (error.name === 'NotFoundError' || error.name === 'TypeMismatchError')) return undefined;
    throw opfsFailure(name, error, 'read');
  }
}

/** Size of a file; `undefined` where there is none, or where another page renames it at this moment. */
/**
 * Size of a file in bytes; `undefined` where there is none.
 * @throws `StorageError` where the browser does not let the page look
 */
export async function sizeOfFile(folder: FileSystemDirectoryHandle, name: string): Promise<number | undefined> {
  try {
    return (await (await findFile(folder, name))?.getFile())?.size;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw opfsFailure(name, error, 'read');
  }
}

/** Text of a small file; `undefined` where there is none. A file that another page replaces while it is read is read again. */
export async function readText(folder: FileSystemDirectoryHandle, name: string): Promise<string | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await (await (await findFile(folder, name))?.getFile())?.text();
    } catch (error) {
      const replaced = isGone(error) || (error instanceof DOMException && error.name === 'NotReadableError');
      if (!replaced || attempt === 5) throw opfsFailure(name, error, 'read');
    }
  }
}

/** Removes a file that may be there; another page may do so first. */
/** Removes a file; one that is not there is no error. */
export async function removeFile(folder: FileSystemDirectoryHandle, name: string): Promise<void> {
  try {
    await folder.removeEntry(name);
  } catch (error) {
    if (!isGone(error)) throw opfsFailure(name, error, 'write');
  }
}

function isGone(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'NotFoundError';
}

/** Writes a small file in one step: until it is closed, readers see the old one. */
export async function writeFile(folder: FileSystemDirectoryHandle, name: string, text: string): Promise<void> {
  try {
    const writable = await (await folder.getFileHandle(name, { create: true })).createWritable();
    await writable.write(text);
    await writable.close();
  } catch (error) {
    throw opfsFailure(name, error, 'write');
  }
}

/** Renames a file within its folder; by a copy where the browser cannot. */
export async function renameFile(folder: FileSystemDirectoryHandle, from: string, to: string): Promise<void> {
  const file: MovableFile = await folder.getFileHandle(from);
  if (file.move !== undefined) return file.move(to);
  const copy = await (await folder.getFileHandle(to, { create: true })).createWritable();
  await (await file.getFile()).stream().pipeTo(copy);
  await folder.removeEntry(from);
}

/** The typed error for a failure of the file system. */
export function opfsFailure(path: string, cause: unknown, doing: 'read' | 'write'): Error {
  if (StorageError.isInstance(cause)) return cause;
  if (cause instanceof DOMException && cause.name === 'QuotaExceededError') return new StorageError('storage.disk-full', { path }, { cause });
  return new StorageError(doing === 'read' ? 'storage.read-failed' : 'storage.write-failed', { path, reason: reasonOf(cause) }, { cause });
}

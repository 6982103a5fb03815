import { StorageError } from '@mlxengine/core';

/** An error of the file system as a typed one; `undefined` for any other error. */
export function storageErrorOf(error: unknown, path: string): StorageError | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') return new StorageError('storage.disk-full', { path }, { cause: error });
  return new StorageError('storage.write-failed', { path, reason: error.message }, { cause: error });
}

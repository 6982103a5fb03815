import { MLXEngineError, StorageError } from '@mlxengine/core';
import { errorCodeOf, reasonOf } from '../reason.js';

const fullCodes: readonly (string | undefined)[] = ['ENOSPC', 'EDQUOT'];

/** The typed error for a failed write; a full disk and an exhausted quota have one of their own. */
function writeFailure(path: string, cause: unknown): Error {
  if (MLXEngineError.isInstance(cause)) return cause;
  if (fullCodes.includes(errorCodeOf(cause))) return new StorageError('storage.disk-full', { path }, { cause });
  return new StorageError('storage.write-failed', { path, reason: reasonOf(cause) }, { cause });
}

/** Does something with files; what it throws becomes a typed error about a path. */
export async function writing<Value>(path: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (cause) {
    throw writeFailure(path, cause);
  }
}

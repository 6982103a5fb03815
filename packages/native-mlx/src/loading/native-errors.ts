import { AbortedError, BackendError, BackendUnavailableError, CheckpointError, MLXEngineError, OutOfMemoryError, StorageError } from '@mlxengine/core';
import type { NativeFailure } from '../abi/native-addon.js';

/**
 * The typed error of what went wrong in the addon; its text is kept.
 * @param operation - what was going on, as the subject of a sentence
 */
export function toError({ kind, text, subject, neededBytes }: NativeFailure, operation: string): MLXEngineError {
  switch (kind) {
    case 'checkpoint':
      return new CheckpointError('checkpoint.tensor-refused', { tensor: subject, reason: text });
    case 'storage':
      return new StorageError('storage.read-failed', { path: subject, reason: text });
    case 'writing':
      return new StorageError('storage.write-failed', { path: subject, reason: text });
    case 'cache-file':
      return new CheckpointError('checkpoint.cache-file', { file: subject, reason: text });
    case 'memory':
      return outOfMemory(text, subject || operation, neededBytes);
    case 'aborted':
      return new AbortedError('aborted.operation', { operation });
    case 'busy':
      return new BackendError('backend.busy', { backend: 'mlx', reason: text });
    case 'dead':
      return new BackendError('backend.dead', { backend: 'mlx', reason: text });
    case 'crash':
      return new BackendError('backend.crashed', { backend: 'mlx', reason: text });
    case 'crash-loop':
      return new BackendUnavailableError('native.crash-loop', { reason: text });
    case 'argument':
    case 'constraint':
    case 'backend':
      return new BackendError('backend.failed', { backend: 'mlx', reason: text });
  }
}

/** What a call into the addon threw, typed. */
export function toThrownError(error: unknown, operation: string): MLXEngineError {
  if (MLXEngineError.isInstance(error)) return error;
  const { failure } = error as { readonly failure?: NativeFailure };
  if (failure !== undefined) return toError(failure, operation);
  return new BackendError('backend.failed', { backend: 'mlx', reason: String(error) }, { cause: error });
}

function outOfMemory(text: string, what: string, neededBytes: number): MLXEngineError {
  if (neededBytes > 0) return new OutOfMemoryError('memory.exhausted', { what, neededBytes }, { cause: text });
  return new OutOfMemoryError('memory.refused', { what, reason: text });
}

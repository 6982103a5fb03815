import {
  AbortedError,
  type AbortedErrorCode,
  BackendError,
  type BackendErrorCode,
  MLXEngineError,
  OutOfMemoryError,
  type OutOfMemoryErrorCode,
  StorageError,
  type StorageErrorCode,
} from '@mlxengine/core';

/** An error as a message. */
export interface SerializedError {
  readonly brand: string;
  readonly code: string;
  readonly parameters: Readonly<Record<string, string | number>>;
}

/** Makes an error ready to be posted; a foreign one becomes a failure of the backend. */
export function serializeError(error: unknown): SerializedError {
  if (MLXEngineError.isInstance(error)) return { brand: error.name, code: error.code, parameters: error.parameters };
  const reason = error instanceof Error ? error.message : String(error);
  return { brand: BackendError.brand, code: 'backend.failed', parameters: { backend: 'fallback', reason } };
}

/** The error that a runtime threw, with class and code. */
export function deserializeError({ brand, code, parameters }: SerializedError): MLXEngineError {
  if (brand === AbortedError.brand) return new AbortedError(code as AbortedErrorCode, parameters as never);
  if (brand === OutOfMemoryError.brand) return new OutOfMemoryError(code as OutOfMemoryErrorCode, parameters as never);
  if (brand === StorageError.brand) return new StorageError(code as StorageErrorCode, parameters as never);
  return new BackendError(code as BackendErrorCode, parameters as never);
}

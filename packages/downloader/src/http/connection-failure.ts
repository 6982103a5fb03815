import { MLXEngineError } from '@mlxengine/core';
import { reasonOf } from '../reason.js';
import { isTransientFailure, type FailedAttempt } from './retry.js';

/**
 * What a request that threw means: one of our own errors is final, a connection may be tried again unless it will fail
 * the same way.
 */
export function failedConnection(cause: unknown, failure: (reason: string) => Error): FailedAttempt {
  if (MLXEngineError.isInstance(cause)) throw cause;
  const error = failure(reasonOf(cause));
  if (!isTransientFailure(cause)) throw error;
  return { done: false, error };
}

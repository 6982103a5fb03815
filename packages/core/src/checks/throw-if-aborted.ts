import { AbortedError } from '../errors/aborted-error.js';

/**
 * Ends an operation whose signal has fired.
 * @param operation - what is going on, as the subject of a sentence, such as `Reading model.safetensors`
 * @throws `AbortedError` with the signal's reason as its cause
 */
export function throwIfAborted(signal: AbortSignal | undefined, operation: string): void {
  if (signal?.aborted) throw new AbortedError('aborted.operation', { operation }, { cause: signal.reason });
}
